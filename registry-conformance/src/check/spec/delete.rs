//! Deleting tags, manifests and blobs (C-58, C-59, C-61, C-72).

use super::support::{delete, stocked, unknown};
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Verdict, check, content};

const TAGS: &str = "distribution-spec, Deleting tags";
const MANIFESTS: &str = "distribution-spec, Deleting manifests";
const BLOBS: &str = "distribution-spec, Deleting blobs";
const IN_USE: &str = "distribution-spec, Deleting blobs: 405; a manifest whose content is gone is broken";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![
        check("C-58.tag", Core, "a tag is deleted: 202, and it is 404 from then on", TAGS, tag),
        check("C-58.manifest-stays", Core, "its manifest and its other tags stay", TAGS, manifest_stays),
        check("C-58.list", Core, "it is not listed any more", TAGS, tag_list),
        check("C-58.unknown", Core, "a tag that is not there is 404", TAGS, no_tag),
        check("C-58.again", Core, "a tag that was deleted may be pushed again", TAGS, tag_again),
        check(
            "C-59.digest",
            Core,
            "a manifest is deleted: 202, and it is 404 from then on",
            MANIFESTS,
            digest,
        ),
        check("C-59.tags", Core, "its tags go with it, and no others", MANIFESTS, with_tags),
        check("C-59.unknown", Core, "a manifest that is not there is 404", MANIFESTS, no_manifest),
        check(
            "C-59.unknown-repository",
            Core,
            "a manifest of an unknown repository is 404",
            MANIFESTS,
            nowhere,
        ),
        check(
            "C-59.again",
            Core,
            "a manifest that was deleted may be pushed again",
            MANIFESTS,
            manifest_again,
        ),
        check("C-59.elsewhere", Core, "the same manifest stays in other repositories", MANIFESTS, elsewhere),
        check(
            "C-59.child",
            Full,
            "a manifest that an index needs is in use: 405 UNSUPPORTED",
            IN_USE,
            child_in_use,
        ),
        check("C-59.index-first", Core, "an index is deleted before its manifests", MANIFESTS, index_first),
        check("C-61.blob", Core, "a blob is deleted: 202, and it is 404 from then on", BLOBS, blob),
        check("C-61.unknown", Core, "a blob that is not there is 404", BLOBS, no_blob),
        check("C-61.again", Core, "a blob that was deleted may be pushed again", BLOBS, blob_again),
        check("C-61.elsewhere", Core, "the same blob stays in other repositories", BLOBS, blob_elsewhere),
        check("C-61.empty", Core, "an empty blob is deleted like any other", BLOBS, empty_blob),
        check(
            "C-72.in-use",
            Full,
            "a blob that a manifest needs is in use: 405 UNSUPPORTED",
            IN_USE,
            blob_in_use,
        ),
        check("C-72.after", Full, "it can be deleted once the manifest is gone", IN_USE, blob_after),
    ];
    let rule = "what was deleted is 404 at once, for GET and HEAD alike";
    checks.push(check("C-61.at-once", Core, rule, BLOBS, at_once));
    checks
}

async fn tag(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    delete(&c, repository.manifest("latest")).await?.expect(202)?;
    unknown(repository.get_manifest("latest").await?, "MANIFEST_UNKNOWN")?;
    repository.head_manifest("latest").await?.expect(404).map(drop)
}

async fn manifest_stays(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    repository.push("other", &image).await?;
    delete(&c, repository.manifest("latest")).await?.expect(202)?;
    for reference in ["other", &digest] {
        repository.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest)?;
    }
    Ok(())
}

async fn tag_list(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    repository.push("other", &image).await?;
    delete(&c, repository.manifest("latest")).await?.expect(202)?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["other"], "the other tag alone").map(drop)
}

async fn no_tag(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    unknown(delete(&c, repository.manifest("absent")).await?, "MANIFEST_UNKNOWN").map(drop)
}

async fn tag_again(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    delete(&c, repository.manifest("latest")).await?.expect(202)?;
    repository.push("latest", &image).await?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn digest(c: Context) -> Verdict {
    let (repository, _, digest) = stocked(&c).await?;
    delete(&c, repository.manifest(&digest)).await?.expect(202)?;
    unknown(repository.get_manifest(&digest).await?, "MANIFEST_UNKNOWN")?;
    repository.head_manifest(&digest).await?.expect(404).map(drop)
}

async fn with_tags(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let other = Image::new(&c.unique());
    repository.push("same", &image).await?;
    repository.push("other", &other).await?;
    delete(&c, repository.manifest(&digest)).await?.expect(202)?;
    for tag in ["latest", "same"] {
        unknown(repository.get_manifest(tag).await?, "MANIFEST_UNKNOWN")?;
    }
    repository.get_manifest("other").await?.expect(200)?.has_body(&other.manifest)?;
    let list = c.get(repository.path("tags/list")).await?.expect(200)?;
    let tags = list.texts("tags")?;
    list.holds(tags == ["other"], "the tag of the other manifest alone").map(drop)
}

async fn no_manifest(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let absent = content::digest(c.unique().as_bytes());
    unknown(delete(&c, repository.manifest(&absent)).await?, "MANIFEST_UNKNOWN").map(drop)
}

async fn nowhere(c: Context) -> Verdict {
    let absent = content::digest(c.unique().as_bytes());
    unknown(delete(&c, c.repository().manifest(&absent)).await?, "MANIFEST_UNKNOWN").map(drop)
}

async fn manifest_again(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    delete(&c, repository.manifest(&digest)).await?.expect(202)?;
    repository.push("latest", &image).await?;
    repository.get_manifest(&digest).await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn elsewhere(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let other = c.repository();
    other.push("latest", &image).await?;
    delete(&c, repository.manifest(&digest)).await?.expect(202)?;
    for reference in ["latest", &digest] {
        other.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest)?;
    }
    other.get_blob(&content::digest(&image.blobs[1])).await?.expect(200)?.has_body(&image.blobs[1]).map(drop)
}

async fn child_in_use(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    repository.push("index", &Image::index(&[&image])).await?;
    let response = c.send(crate::client::Request::delete(repository.manifest(&digest))).await?;
    response.refused(405, &["UNSUPPORTED"])?.header("allow")?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn index_first(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let index = Image::index(&[&image]);
    let above = repository.push("index", &index).await?;
    delete(&c, repository.manifest(&above)).await?.expect(202)?;
    repository.get_manifest(&digest).await?.expect(200)?.has_body(&image.manifest)?;
    delete(&c, repository.manifest(&digest)).await?.expect(202).map(drop)
}

async fn blob(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    let digest = repository.push_blob(&bytes).await?;
    delete(&c, repository.blob(&digest)).await?.expect(202)?;
    unknown(repository.get_blob(&digest).await?, "BLOB_UNKNOWN")?;
    c.head(repository.blob(&digest)).await?.expect(404).map(drop)
}

async fn no_blob(c: Context) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"something").await?;
    let absent = content::digest(c.unique().as_bytes());
    unknown(delete(&c, repository.blob(&absent)).await?, "BLOB_UNKNOWN").map(drop)
}

async fn blob_again(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    let digest = repository.push_blob(&bytes).await?;
    delete(&c, repository.blob(&digest)).await?.expect(202)?;
    repository.push_blob(&bytes).await?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn blob_elsewhere(c: Context) -> Verdict {
    let (repository, other, bytes) = (c.repository(), c.repository(), content::noise(&c.unique(), 100));
    let digest = repository.push_blob(&bytes).await?;
    other.push_blob(&bytes).await?;
    delete(&c, repository.blob(&digest)).await?.expect(202)?;
    repository.get_blob(&digest).await?.expect(404)?;
    other.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn empty_blob(c: Context) -> Verdict {
    let (repository, other) = (c.repository(), c.repository());
    let digest = repository.push_blob(b"").await?;
    other.push_blob(b"").await?;
    delete(&c, repository.blob(&digest)).await?.expect(202)?;
    repository.get_blob(&digest).await?.expect(404)?;
    other.get_blob(&digest).await?.expect(200)?.has_body(b"").map(drop)
}

async fn at_once(c: Context) -> Verdict {
    let repository = c.repository();
    for _ in 0..10 {
        let digest = repository.push_blob(&content::noise(&c.unique(), 100)).await?;
        c.head(repository.blob(&digest)).await?.expect(200)?;
        delete(&c, repository.blob(&digest)).await?.expect(202)?;
        c.head(repository.blob(&digest)).await?.expect(404)?;
        repository.get_blob(&digest).await?.expect(404)?;
    }
    Ok(())
}

async fn blob_in_use(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    for blob in &image.blobs {
        let target = repository.blob(&content::digest(blob));
        let response = c.send(crate::client::Request::delete(&*target)).await?;
        response.refused(405, &["UNSUPPORTED"])?.header("allow")?;
        c.get(target).await?.expect(200)?.has_body(blob)?;
    }
    repository.get_manifest(&digest).await?.expect(200).map(drop)
}

async fn blob_after(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    delete(&c, repository.manifest(&digest)).await?.expect(202)?;
    for blob in &image.blobs {
        let target = repository.blob(&content::digest(blob));
        delete(&c, &*target).await?.expect(202)?;
        c.get(target).await?.expect(404)?;
    }
    Ok(())
}
