//! How clients read.

use super::{Check, Context, Profile, all, check};
use crate::check::content::{ALL_TYPES, Image, OCI_MANIFEST, noise};
use crate::check::{Repository, Stop, Verdict};
use crate::client::Request;

const HEADS: &str = "seen from clients; distribution-spec, Checking if content exists in the registry";
const RANGES: &str = "RFC 9110, section 14; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check(
            "R11.tag",
            full,
            "HEAD of a tag gives the digest, length and type of its manifest",
            HEADS,
            |cx| head(cx, true),
        ),
        check("R11.digest", full, "HEAD of a digest gives the same", HEADS, |cx| head(cx, false)),
        check("R16", full, "several ranges are parts of one body, or the whole", RANGES, several),
        check("R17.blob", full, "no blob is encoded", "seen from clients", |cx| encoded(cx, true)),
        check("R17.manifest", full, "no manifest is encoded", "seen from clients", |cx| encoded(cx, false)),
        check("R18.parallel", full, "parts of a blob are read at once", RANGES, parallel),
        check("R18.if-range", full, "If-Range with the blob's own strong tag gives a part", RANGES, if_range),
        check("R24.explained", full, "a GET after a failed HEAD explains", "seen from clients", explained),
        check("R24.head", full, "a failed HEAD has no body", HEADS, failed_head),
        check(
            "R29",
            full,
            "a parameter ns that a mirror is asked with does no harm",
            "seen from clients",
            namespace,
        ),
        check("R30", full, "a body is as long as it says", "RFC 9112, section 6.3; seen from clients", whole),
        check(
            "R33",
            full,
            "an index with images and attestations is pushed as clients do",
            "seen from clients",
            engine,
        ),
    ]
}

async fn head(cx: Context, tag: bool) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push("latest", &image).await?;
    let response = repository.head_manifest(if tag { "latest" } else { &digest }).await?.expect(200)?;
    let response = response.has("docker-content-digest", &digest)?.has("content-type", OCI_MANIFEST)?;
    response.has("content-length", &image.manifest.len().to_string()).map(drop)
}

/// A blob, and where it is.
async fn blob(cx: &Context, length: usize) -> Result<(Repository, String, Vec<u8>), Stop> {
    let repository = cx.repository();
    let bytes = noise(&cx.unique(), length);
    let digest = repository.push_blob(&bytes).await?;
    Ok((repository, digest, bytes))
}

async fn several(cx: Context) -> Verdict {
    let (repository, digest, bytes) = blob(&cx, 5000).await?;
    let get = Request::get(repository.blob(&digest)).header("Range", "bytes=0-9,4000-4099");
    let response = cx.send(get).await?.expect_any(&[200, 206])?;
    if response.status == 200 {
        return response.has_body(&bytes).map(drop);
    }
    let boundary = response.header("content-type")?.strip_prefix("multipart/byteranges; boundary=");
    let Some(boundary) = boundary.map(|text| text.trim_matches('"').to_owned()) else {
        return Err(response.not("the type multipart/byteranges with a boundary"));
    };
    for (range, part) in [("bytes 0-9/5000", &bytes[..10]), ("bytes 4000-4099/5000", &bytes[4000..4100])] {
        let holds = |text: &[u8]| response.body.windows(text.len()).any(|window| window == text);
        if !holds(range.as_bytes()) || !holds(part) || !holds(format!("--{boundary}--").as_bytes()) {
            return Err(response.not(format!("a part with Content-Range: {range} and its bytes")));
        }
    }
    Ok(())
}

async fn encoded(cx: Context, of_blob: bool) -> Verdict {
    let repository = cx.repository();
    // Well worth compressing.
    let (target, bytes) = if of_blob {
        let bytes = vec![b'a'; 50_000];
        (repository.blob(&repository.push_blob(&bytes).await?), bytes)
    } else {
        let image = Image::shaped(&cx.unique(), |manifest| manifest["note"] = "a".repeat(50_000).into());
        (repository.manifest(&repository.push("latest", &image).await?), image.manifest)
    };
    let get =
        Request::get(target).header("Accept", ALL_TYPES).header("Accept-Encoding", "zstd, gzip, deflate, br");
    let response = cx.send(get).await?.expect(200)?;
    let plain = response.get("content-encoding").is_none_or(|coding| coding == "identity");
    response.holds(plain, "no Content-Encoding")?.has_body(&bytes).map(drop)
}

async fn parallel(cx: Context) -> Verdict {
    let (repository, digest, bytes) = blob(&cx, 200_000).await?;
    let part = |first: usize| {
        let last = first + 24_999;
        let get = Request::get(repository.blob(&digest)).header("Range", format!("bytes={first}-{last}"));
        let cx = &cx;
        async move {
            cx.send(get).await?.expect(206)?.has("content-range", &format!("bytes {first}-{last}/200000"))
        }
    };
    let parts = all((0..8).map(|index| part(index * 25_000)).collect()).await?;
    let whole = parts.iter().flat_map(|part| part.body.iter().copied()).collect::<Vec<_>>() == bytes;
    if whole { Ok(()) } else { Err(parts[0].not("parts that make up the blob")) }
}

async fn if_range(cx: Context) -> Verdict {
    let (repository, digest, bytes) = blob(&cx, 1000).await?;
    let tag = cx.head(repository.blob(&digest)).await?.expect(200)?.header("etag")?.to_owned();
    let get = |tag: &str| {
        Request::get(repository.blob(&digest)).header("Range", "bytes=10-19").header("If-Range", tag)
    };
    let response = cx.send(get(&tag)).await?.expect(206)?.has_body(&bytes[10..20])?;
    response.holds(tag.starts_with('"'), format!("a strong entity tag, and not {tag}"))?;
    cx.send(get("\"another\"")).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn explained(cx: Context) -> Verdict {
    let repository = cx.repository();
    repository.push("latest", &Image::new(&cx.unique())).await?;
    repository.head_manifest("absent").await?.expect(404)?;
    repository.get_manifest("absent").await?.refused(404, &["MANIFEST_UNKNOWN"]).map(drop)
}

async fn failed_head(cx: Context) -> Verdict {
    let repository = cx.repository();
    repository.push("latest", &Image::new(&cx.unique())).await?;
    // On a connection of its own, so that a body would be seen before the next answer.
    let mut connection = cx.connect().await?;
    let client = cx.client();
    client.send_on(&mut connection, &Request::head(repository.manifest("absent"))).await?.expect(404)?;
    client.send_on(&mut connection, &Request::get("/v2/")).await?.expect_any(&[200, 401]).map(drop)
}

async fn namespace(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    let digest = repository.push("latest", &image).await?;
    let target = format!("{}?ns=docker.io", repository.manifest(&digest));
    let get = Request::get(target).header("Accept", ALL_TYPES);
    cx.send(get).await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn whole(cx: Context) -> Verdict {
    let (repository, digest, bytes) = blob(&cx, 1 << 20).await?;
    let response = repository.get_blob(&digest).await?.expect(200)?;
    response.has("content-length", &bytes.len().to_string())?.has_body(&bytes).map(drop)
}

async fn engine(cx: Context) -> Verdict {
    let repository = cx.repository();
    let image = Image::new(&cx.unique());
    let attestation = super::artifact::attestation(&cx.unique(), &image);
    let index = Image::index(&[&image, &attestation]);
    repository.head_manifest("latest").await?.expect(404)?;
    for part in [&image, &attestation] {
        for blob in &part.blobs {
            cx.head(repository.blob(&crate::check::content::digest(blob))).await?.expect_any(&[200, 404])?;
            repository.push_blob(blob).await?;
        }
        repository.put_manifest(&part.digest(), &part.media_type, &part.manifest).await?.expect(201)?;
    }
    repository.put_manifest("latest", &index.media_type, &index.manifest).await?.expect(201)?;
    let head = repository.head_manifest("latest").await?.expect(200)?;
    head.has("docker-content-digest", &index.digest())?.has("content-type", &index.media_type)?;
    repository
        .get_manifest(&attestation.digest())
        .await?
        .expect(200)?
        .has_body(&attestation.manifest)
        .map(drop)
}
