//! Documents that must be taken and come back byte for byte (C-7, C-37, C-70, C-71).

use serde_json::{Value, json};

use crate::check::Profile::Core;
use crate::check::content::{self, DOCKER_LIST, DOCKER_MANIFEST, descriptor};
use crate::check::{Check, Context, Image, Repository, Stop, Verdict, check};

const BYTES: &str = "distribution-spec, Pushing manifests: exact bytes; Pulling manifests: Content-Type";
const UNKNOWN: &str = "image-spec, Considerations: extensibility";

/// What an image may be changed into.
type Change = fn(&mut Value);

/// Members and types that a registry need not know.
const CHANGES: [(&str, Change); 14] = [
    ("C-70.property", |json| json["org.example"] = json!({ "deep": [1, null, { "x": "y" }] })),
    ("C-70.layer-property", |json| json["layers"][0]["org.example"] = json!("kept")),
    ("C-70.config-type", |json| {
        json["config"]["mediaType"] = json!("application/vnd.example.config.v7+json");
    }),
    ("C-70.layer-type", |json| {
        json["layers"][0]["mediaType"] = json!("application/vnd.example.layer.v7+zip");
    }),
    ("C-70.artifact-type", |json| json["artifactType"] = json!("application/vnd.example.thing")),
    ("C-70.annotations", |json| json["annotations"] = json!({ "a": "", "ü/é": "\u{1F980}\n\t\"" })),
    ("C-70.layer-annotations", |json| json["layers"][0]["annotations"] = json!({ "a.b": "c" })),
    ("C-70.no-media-type", |json| drop(json.as_object_mut().map(|object| object.remove("mediaType")))),
    ("C-70.no-layers", |json| json["layers"] = json!([])),
    ("C-70.same-layer-twice", |json| json["layers"] = json!([json["layers"][0], json["layers"][0]])),
    ("C-70.config-as-layer", |json| json["layers"][0] = json["config"].clone()),
    ("C-70.big-number", |json| json["org.example"] = json!(9_007_199_254_740_991_u64)),
    ("C-70.empty-annotations", |json| json["annotations"] = json!({})),
    ("C-70.artifact", |json| {
        json["artifactType"] = json!("application/vnd.example.thing");
        json["config"] = descriptor("application/vnd.oci.empty.v1+json", b"{}");
    }),
];

/// How bytes may be written anew.
type Write = fn(String) -> String;

/// How the bytes may look, whatever they mean.
const WRITTEN: [(&str, Write); 6] = [
    ("C-71.white-space", |text| format!("\n\t {}\r\n\n", text.replace(',', " ,\n   "))),
    ("C-71.one-line", |text| text),
    ("C-71.escapes", |text| text.replace("schemaVersion", "schema\\u0056ersion").replace('/', "\\/")),
    ("C-71.order", |text| {
        format!("{{\"zzz\":1,{},\"aaa\":2}}", text.trim_start_matches('{').trim_end_matches('}'))
    }),
    ("C-71.number-form", |text| text.replacen('{', "{\"org.example\":1.0e+2,", 1)),
    ("C-71.no-line-end", |text| text.trim_end().to_owned()),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for (id, change) in CHANGES {
        let rule = "what a registry does not know in an image is taken and kept";
        checks.push(check(id, Core, rule, UNKNOWN, move |c| changed(c, change)));
    }
    for (id, write) in WRITTEN {
        let rule = "a manifest comes back byte for byte, however it was written";
        checks.push(check(id, Core, rule, BYTES, move |c| written(c, write)));
    }
    let rule = "the type of a manifest is the one that was pushed, without parameters";
    checks.extend([
        check("C-7.oci-image", Core, rule, BYTES, oci_image),
        check("C-7.oci-index", Core, rule, BYTES, oci_index),
        check("C-7.docker-image", Core, rule, BYTES, docker_image),
        check("C-7.docker-list", Core, rule, BYTES, docker_list),
        check("C-7.empty-index", Core, "an index of nothing is taken", UNKNOWN, empty_index),
        check("C-7.nested-index", Core, "an index may hold indexes", UNKNOWN, nested_index),
        check("C-7.index-of-blobs", Core, "an index may name blobs, as caches do", UNKNOWN, index_of_blobs),
        check("C-7.platforms", Core, "an index keeps what it says about platforms", UNKNOWN, platforms),
        check("C-70.data", Core, "data that is the content is taken and kept", UNKNOWN, with_data),
    ]);
    checks
}

/// Pushes a document and reads it by tag and by digest.
async fn comes_back(repository: &Repository, image: &Image) -> Verdict {
    let digest = repository.push("document", image).await?;
    for reference in ["document", &digest] {
        let read = repository.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest)?;
        read.has("content-type", &image.media_type)?.has("docker-content-digest", &digest)?;
        let head = repository.head_manifest(reference).await?.expect(200)?;
        head.has("content-type", &image.media_type)?;
    }
    Ok(())
}

async fn changed(c: Context, change: Change) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"{}").await?;
    comes_back(&repository, &Image::shaped(&c.unique(), change)).await
}

async fn written(c: Context, write: Write) -> Verdict {
    let mut image = Image::new(&c.unique());
    let value: Value = serde_json::from_slice(&image.manifest).unwrap_or_default();
    image.manifest = write(value.to_string()).into_bytes();
    comes_back(&c.repository(), &image).await
}

async fn oci_image(c: Context) -> Verdict {
    comes_back(&c.repository(), &Image::new(&c.unique())).await
}

async fn oci_index(c: Context) -> Verdict {
    let repository = c.repository();
    comes_back(&repository, &Image::index(&[&child(&c, &repository).await?])).await
}

async fn child(c: &Context, repository: &Repository) -> Result<Image, Stop> {
    let image = Image::new(&c.unique());
    repository.push(&image.digest(), &image).await?;
    Ok(image)
}

async fn docker_image(c: Context) -> Verdict {
    comes_back(&c.repository(), &docker(&c)).await
}

fn docker(c: &Context) -> Image {
    Image::shaped(&c.unique(), |json| {
        json["mediaType"] = json!(DOCKER_MANIFEST);
        json["config"]["mediaType"] = json!("application/vnd.docker.container.image.v1+json");
        json["layers"][0]["mediaType"] = json!("application/vnd.docker.image.rootfs.diff.tar.gzip");
    })
}

async fn docker_list(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), docker(&c));
    repository.push(&image.digest(), &image).await?;
    let list = of_type(DOCKER_LIST, &json!([platform(&image, "amd64")]));
    comes_back(&repository, &list).await
}

/// An index of these descriptors.
fn of_type(media_type: &str, manifests: &Value) -> Image {
    let manifest = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
    Image {
        media_type: media_type.to_owned(),
        blobs: Vec::new(),
        manifest: manifest.to_string().into_bytes(),
    }
}

fn platform(image: &Image, architecture: &str) -> Value {
    let mut descriptor = descriptor(&image.media_type, &image.manifest);
    descriptor["platform"] = json!({ "architecture": architecture, "os": "linux", "variant": "v8" });
    descriptor
}

async fn empty_index(c: Context) -> Verdict {
    comes_back(&c.repository(), &Image::index(&[])).await
}

async fn nested_index(c: Context) -> Verdict {
    let repository = c.repository();
    let inner = Image::index(&[&child(&c, &repository).await?]);
    repository.push(&inner.digest(), &inner).await?;
    comes_back(&repository, &Image::index(&[&inner])).await
}

async fn index_of_blobs(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    repository.push_blob(&bytes).await?;
    let blobs = json!([descriptor("application/vnd.buildkit.cacheconfig.v0", &bytes)]);
    comes_back(&repository, &of_type(content::OCI_INDEX, &blobs)).await
}

async fn platforms(c: Context) -> Verdict {
    let repository = c.repository();
    let (one, two) = (child(&c, &repository).await?, child(&c, &repository).await?);
    let children = json!([platform(&one, "amd64"), platform(&two, "arm64"), platform(&one, "s390x")]);
    comes_back(&repository, &of_type(content::OCI_INDEX, &children)).await
}

async fn with_data(c: Context) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"{}").await?;
    let image = Image::shaped(&c.unique(), |json| {
        json["config"] = descriptor("application/vnd.oci.empty.v1+json", b"{}");
        json["config"]["data"] = json!("e30=");
    });
    comes_back(&repository, &image).await
}
