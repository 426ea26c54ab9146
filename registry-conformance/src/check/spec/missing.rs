//! Manifests that name what is not there (C-16, C-17).

use serde_json::{Value, json};

use crate::check::Profile::{Core, Full};
use crate::check::content::{OCI_LAYER, OCI_MANIFEST, descriptor};
use crate::check::{Check, Context, Image, Verdict, check, content};

const SUBJECT: &str = "distribution-spec, Pushing manifests with subject";
const MISSING: &str = "distribution-spec, Pushing manifests: MANIFEST_BLOB_UNKNOWN";
const FOREIGN: &str = "image-spec, Non-distributable layers";

/// Layers that a registry is not expected to hold.
const NON_DISTRIBUTABLE: [(&str, &str); 5] = [
    ("oci-tar", "application/vnd.oci.image.layer.nondistributable.v1.tar"),
    ("oci-gzip", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
    ("oci-zstd", "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"),
    ("docker-foreign", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
    ("urls", OCI_LAYER),
];

pub(super) fn checks() -> Vec<Check> {
    let subject = "a subject need not be there";
    let every = "all that is missing is named, with a MANIFEST_BLOB_UNKNOWN for each";
    let mut checks = vec![
        check("C-16.image", Core, subject, SUBJECT, |c| absent_subject(c, false)),
        check("C-16.index", Core, subject, SUBJECT, |c| absent_subject(c, true)),
        check("C-17.config", Full, "a missing config is refused: 400 MANIFEST_BLOB_UNKNOWN", MISSING, |c| {
            without(c, &[0])
        }),
        check("C-17.layer", Full, "a missing layer is refused: 400 MANIFEST_BLOB_UNKNOWN", MISSING, |c| {
            without(c, &[1])
        }),
        check("C-17.every", Full, every, MISSING, |c| without(c, &[0, 1])),
        check(
            "C-17.child",
            Full,
            "a missing manifest of an index: 400 MANIFEST_BLOB_UNKNOWN",
            MISSING,
            no_child,
        ),
        check("C-17.other-repository", Full, "a blob elsewhere is missing here", MISSING, elsewhere),
        check(
            "C-17.nothing-changes",
            Full,
            "a refused manifest leaves tags and lists alone",
            MISSING,
            unchanged,
        ),
    ];
    for (id, media_type) in NON_DISTRIBUTABLE {
        let rule = "a layer that is not to be distributed need not be there";
        checks.push(check(format!("C-17.{id}"), Core, rule, FOREIGN, move |c| foreign(c, media_type)));
    }
    checks
}

async fn absent_subject(c: Context, is_index: bool) -> Verdict {
    let (repository, subject) = (c.repository(), Image::new(&c.unique()));
    let mut image = if is_index { Image::index(&[]) } else { Image::new(&c.unique()) };
    let mut json: Value = serde_json::from_slice(&image.manifest).unwrap_or_default();
    json["subject"] = descriptor(OCI_MANIFEST, &subject.manifest);
    image.manifest = json.to_string().into_bytes();
    repository.push("early", &image).await?;
    repository.get_manifest("early").await?.expect(200)?.has_body(&image.manifest)?;
    repository.get_manifest(&subject.digest()).await?.expect(404).map(drop)
}

/// Pushes an image without some of its blobs.
async fn without(c: Context, missing: &[usize]) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push_blob(b"something").await?;
    for (i, blob) in image.blobs.iter().enumerate() {
        if !missing.contains(&i) {
            repository.push_blob(blob).await?;
        }
    }
    let put = repository.put_manifest("latest", &image.media_type, &image.manifest).await?;
    let put = put.refused(400, &["MANIFEST_BLOB_UNKNOWN"])?;
    let text = String::from_utf8_lossy(&put.body).into_owned();
    let named = missing.iter().all(|i| text.contains(&content::digest(&image.blobs[*i])));
    let count = put.codes().len();
    put.holds(named && count == missing.len(), "an error for each digest that is missing, and no other")?;
    repository.get_manifest("latest").await?.expect(404).map(drop)
}

async fn no_child(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push("there", &image).await?;
    let absent = Image::new(&c.unique());
    let index = Image::index(&[&image, &absent]);
    let put = repository.put_manifest("index", &index.media_type, &index.manifest).await?;
    let put = put.refused(400, &["MANIFEST_BLOB_UNKNOWN"])?;
    let count = put.codes().len();
    put.holds(count == 1, "one error")?;
    repository.get_manifest("index").await?.expect(404).map(drop)
}

async fn elsewhere(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    c.repository().push("latest", &image).await?;
    repository.push_blob(&image.blobs[0]).await?;
    let put = repository.put_manifest("latest", &image.media_type, &image.manifest).await?;
    put.refused(400, &["MANIFEST_BLOB_UNKNOWN"]).map(drop)
}

async fn unchanged(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    repository.push("latest", &image).await?;
    let other = Image::new(&c.unique());
    for reference in ["latest", "other"] {
        let put = repository.put_manifest(reference, &other.media_type, &other.manifest).await?;
        put.refused(400, &["MANIFEST_BLOB_UNKNOWN"])?;
    }
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["latest"], "the tag that was there before, and no other")?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest)?;
    repository.get_manifest(&other.digest()).await?.expect(404).map(drop)
}

async fn foreign(c: Context, media_type: &str) -> Verdict {
    let (repository, absent) = (c.repository(), content::noise(&c.unique(), 64));
    let image = Image::shaped(&c.unique(), |json| {
        let mut layer = descriptor(media_type, &absent);
        if media_type == OCI_LAYER || media_type.contains("foreign") {
            layer["urls"] = json!(["https://example.com/layer"]);
        }
        json["layers"][0] = layer;
    });
    repository.push("foreign", &image).await?;
    repository.get_manifest("foreign").await?.expect(200)?.has_body(&image.manifest).map(drop)
}
