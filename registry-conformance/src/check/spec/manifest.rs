//! Manifests: pushed, overwritten and read (C-9, C-11, C-37, C-38, C-41, C-42, C-69).

use super::support::{stocked, unknown};
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Image, Verdict, check, content};
use crate::client::Request;

const PULL: &str = "distribution-spec, Pulling manifests";
const PUSH: &str = "distribution-spec, Pushing manifests";
const DIGESTS: &str = "image-spec, Digests";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = reading();
    checks.extend(pushing());
    checks.extend(sizes());
    checks
}

fn reading() -> Vec<Check> {
    let rule = "a manifest comes with its digest in Docker-Content-Digest";
    vec![
        check("C-9.by-tag", Core, rule, PULL, |c| digest_header(c, true)),
        check("C-9.by-digest", Core, rule, PULL, |c| digest_header(c, false)),
        check("C-11.tag", Core, "an unknown tag is 404 MANIFEST_UNKNOWN", PULL, unknown_tag),
        check("C-11.digest", Core, "an unknown digest is 404 MANIFEST_UNKNOWN", PULL, unknown_digest),
        check(
            "C-11.other-repository",
            Core,
            "a manifest is where it was pushed, not elsewhere",
            PULL,
            elsewhere,
        ),
        check(
            "C-11.repository",
            Full,
            "a manifest of an unknown repository is 404 NAME_UNKNOWN",
            PULL,
            nowhere,
        ),
        check("C-41.manifest", Core, "a manifest of an unknown repository is 404", PULL, |c| {
            unknown_repository(c, "manifests/latest")
        }),
        check(
            "C-41.tags",
            Core,
            "the tags of an unknown repository are 404 NAME_UNKNOWN, or none",
            PULL,
            no_tags,
        ),
        check("C-5.algorithm", Full, "a digest of an unknown algorithm is 404 MANIFEST_UNKNOWN", PULL, |c| {
            unknown_repository(c, "manifests/md5:d41d8cd98f00b204e9800998ecf8427e")
        }),
    ]
}

fn pushing() -> Vec<Check> {
    let location = "a push is 201 with a Location from which the manifest is pulled";
    let mismatch = "a manifest under a digest that is not its own is refused: 400 DIGEST_INVALID";
    let mut checks = vec![
        check("C-37.by-tag", Core, location, PUSH, |c| pushed(c, true)),
        check("C-37.by-digest", Core, location, PUSH, |c| pushed(c, false)),
        check("C-37.again", Core, "what is there already may be pushed again", PUSH, again),
        check("C-37.overwrite", Core, "a tag points to what was pushed last", PUSH, overwrite),
        check("C-37.mismatch", Core, mismatch, PUSH, mismatched),
        check("C-37.chunked", Full, "a manifest may be sent in chunks, without a length", PUSH, chunked),
        check("C-38.none", Full, "the type may be in the body alone", PUSH, untyped),
        check(
            "C-38.mismatch",
            Core,
            "a type that is not that of the body: 400 MANIFEST_INVALID",
            PUSH,
            other_type,
        ),
        check("C-69.sha512-manifest", Core, "a manifest may be pushed by sha512", DIGESTS, by_sha512),
    ];
    for (id, parameter) in
        [("charset", "; charset=utf-8"), ("no-space", ";x=y"), ("space", " ; x=y"), ("quoted", "; x=\"a;b\"")]
    {
        let rule = "parameters of Content-Type are ignored when a manifest is pushed";
        checks.push(check(format!("C-38.{id}"), Core, rule, PUSH, move |c| with_parameter(c, parameter)));
    }
    checks
}

fn sizes() -> Vec<Check> {
    vec![
        check("C-42.large", Core, "a manifest of nearly 4 MB is taken", PUSH, |c| large(c, 3_900_000, 201)),
        check("C-42.4-mib", Full, "a manifest of 4 MiB is taken", PUSH, |c| large(c, 4 << 20, 201)),
        check("C-42.too-large", Core, "a manifest that is too large is refused: 413", PUSH, |c| {
            large(c, 33 << 20, 413)
        }),
        check("C-42.too-large-chunked", Core, "also when its length is not said before", PUSH, endless),
    ]
}

async fn digest_header(c: Context, by_tag: bool) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    let reference = if by_tag { "latest" } else { &digest };
    let read = repository.get_manifest(reference).await?.expect(200)?;
    read.has("docker-content-digest", &digest)?.has_body(&image.manifest).map(drop)
}

async fn unknown_tag(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    repository.get_manifest("absent").await?.refused(404, &["MANIFEST_UNKNOWN"]).map(drop)
}

async fn unknown_digest(c: Context) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let digest = content::digest(c.unique().as_bytes());
    repository.get_manifest(&digest).await?.refused(404, &["MANIFEST_UNKNOWN"]).map(drop)
}

async fn elsewhere(c: Context) -> Verdict {
    let (_, _, digest) = stocked(&c).await?;
    let (other, ..) = stocked(&c).await?;
    unknown(other.get_manifest(&digest).await?, "MANIFEST_UNKNOWN").map(drop)
}

async fn nowhere(c: Context) -> Verdict {
    let digest = content::digest(c.unique().as_bytes());
    for reference in ["latest", &digest] {
        c.repository().get_manifest(reference).await?.refused(404, &["NAME_UNKNOWN"])?;
    }
    Ok(())
}

async fn unknown_repository(c: Context, rest: &str) -> Verdict {
    let response = c.get(c.repository().path(rest)).await?;
    response.refused(404, &["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]).map(drop)
}

async fn no_tags(c: Context) -> Verdict {
    let response = c.get(c.repository().path("tags/list")).await?;
    if response.status == 404 {
        return response.refused(404, &["NAME_UNKNOWN"]).map(drop);
    }
    let tags = response.clone().expect(200)?.texts("tags")?;
    response.holds(tags.is_empty(), "no tags").map(drop)
}

async fn pushed(c: Context, by_tag: bool) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    for blob in &image.blobs {
        repository.push_blob(blob).await?;
    }
    let digest = image.digest();
    let reference = if by_tag { "latest" } else { &digest };
    let put = repository.put_manifest(reference, &image.media_type, &image.manifest).await?.expect(201)?;
    let location = c.location(&put)?;
    put.has("docker-content-digest", &digest)?;
    c.get(location).await?.expect(200)?.has_body(&image.manifest)?;
    repository.get_manifest(reference).await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn again(c: Context) -> Verdict {
    let (repository, image, digest) = stocked(&c).await?;
    for reference in ["latest", &digest] {
        repository.put_manifest(reference, &image.media_type, &image.manifest).await?.expect(201)?;
    }
    let tags = repository.tags().await?;
    let read = repository.get_manifest("latest").await?.expect(200)?.has_body(&image.manifest)?;
    read.holds(tags == ["latest"], "one tag still").map(drop)
}

async fn overwrite(c: Context) -> Verdict {
    let (repository, old, digest) = stocked(&c).await?;
    let new = Image::new(&c.unique());
    repository.push("latest", &new).await?;
    repository.get_manifest("latest").await?.expect(200)?.has_body(&new.manifest)?;
    repository.head_manifest("latest").await?.expect(200)?.has("docker-content-digest", &new.digest())?;
    repository.get_manifest(&digest).await?.expect(200)?.has_body(&old.manifest).map(drop)
}

async fn mismatched(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    for blob in &image.blobs {
        repository.push_blob(blob).await?;
    }
    let padded = [&image.manifest[..], b"  "].concat();
    let put = repository.put_manifest(&image.digest(), &image.media_type, &padded).await?;
    put.refused(400, &["DIGEST_INVALID"])?;
    for bytes in [&image.manifest, &padded] {
        repository.get_manifest(&content::digest(bytes)).await?.expect(404)?;
    }
    Ok(())
}

async fn chunked(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let put = Request::put(repository.manifest("chunked")).header("Content-Type", &*image.media_type);
    c.send(put.chunked(&*image.manifest)).await?.expect(201)?;
    repository.get_manifest("chunked").await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn untyped(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    c.send(Request::put(repository.manifest("untyped")).body(&*image.manifest)).await?.expect(201)?;
    let read = repository.get_manifest("untyped").await?.expect(200)?;
    read.has("content-type", &image.media_type).map(drop)
}

async fn other_type(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    for media_type in [content::OCI_INDEX, content::DOCKER_MANIFEST] {
        let put = repository.put_manifest("other", media_type, &image.manifest).await?;
        put.refused(400, &["MANIFEST_INVALID"])?;
    }
    repository.get_manifest("other").await?.expect(404).map(drop)
}

async fn with_parameter(c: Context, parameter: &str) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let media_type = format!("{}{parameter}", image.media_type);
    repository.put_manifest("more", &media_type, &image.manifest).await?.expect(201)?;
    let read = repository.get_manifest("more").await?.expect(200)?.has_body(&image.manifest)?;
    read.has("content-type", &image.media_type).map(drop)
}

async fn by_sha512(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    for blob in &image.blobs {
        repository.push_blob(blob).await?;
    }
    let digest = content::sha512(&image.manifest);
    let put = repository.put_manifest(&digest, &image.media_type, &image.manifest).await?.expect(201)?;
    c.leaves(repository.manifest(&digest));
    let location = c.location(&put)?;
    put.has("docker-content-digest", &digest)?;
    c.get(location).await?.expect(200)?.has_body(&image.manifest)?;
    let read = repository.get_manifest(&digest).await?.expect(200)?.has_body(&image.manifest)?;
    read.has("docker-content-digest", &digest).map(drop)
}

/// An image whose manifest is padded to so many bytes.
async fn large(c: Context, length: usize, status: u16) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let mut bytes = image.manifest;
    bytes.resize(length, b' ');
    let put = repository.put_manifest("large", &image.media_type, &bytes).await?;
    if status == 413 {
        put.expect(413)?.check_error_body()?;
        return repository.get_manifest("large").await?.expect(404).map(drop);
    }
    put.expect(status)?;
    repository.get_manifest("large").await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn endless(c: Context) -> Verdict {
    let (repository, image, _) = stocked(&c).await?;
    let mut bytes = image.manifest;
    bytes.resize(33 << 20, b' ');
    let put =
        Request::put(repository.manifest("large")).header("Content-Type", image.media_type).chunked(bytes);
    c.send(put).await?.expect(413)?.check_error_body()?;
    repository.get_manifest("large").await?.expect(404).map(drop)
}
