//! Blobs, read (C-12, C-41, C-69).

use registry_core::{Algorithm, Digest};

use super::support::{start, unknown};
use crate::check::Profile::{Core, Full};
use crate::check::repository::with;
use crate::check::{Check, Context, Verdict, check, content};
use crate::client::Request;

const PULL: &str = "distribution-spec, Pulling blobs";
const DIGESTS: &str = "image-spec, Digests; distribution-spec, Pushing blobs: digest-algorithm";

/// Sizes at which buffers and arithmetic have their edges.
const SIZES: [usize; 9] = [0, 1, 2, 1023, 4096, 65_535, 65_536, 65_537, 3_000_001];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for size in SIZES {
        let rule = format!("a blob of {size} bytes comes back as it was, with its digest and length");
        checks.push(check(format!("C-12.{size}-bytes"), Core, rule, PULL, move |c| comes_back(c, size)));
    }
    for algorithm in [Algorithm::Sha512, Algorithm::Blake3] {
        let profile = if algorithm == Algorithm::Sha512 { Core } else { Full };
        let rule = format!("a blob may be pushed by {algorithm}, and has that digest everywhere");
        for (id, run) in
            [("post", Way::Post), ("put", Way::Put), ("chunked", Way::Chunked), ("named", Way::Named)]
        {
            let id = format!("C-69.{algorithm}-{id}");
            checks.push(check(id, profile, rule.clone(), DIGESTS, move |c| by_algorithm(c, algorithm, run)));
        }
    }
    checks.extend([
        check("C-12.unknown", Core, "an unknown blob is 404 BLOB_UNKNOWN", PULL, absent),
        check("C-12.elsewhere", Core, "a blob is where it was pushed, not elsewhere", PULL, elsewhere),
        check("C-12.json", Core, "a blob that looks like a manifest is a blob", PULL, looks_like_manifest),
        check("C-12.type", Full, "a blob is application/octet-stream", PULL, octets),
        check("C-12.encoding", Full, "a blob is never encoded, whatever the client takes", PULL, unencoded),
        check("C-41.blob", Core, "a blob of an unknown repository is 404", PULL, nowhere),
        check(
            "C-69.unknown",
            Full,
            "a digest of an unknown algorithm is 404 BLOB_UNKNOWN",
            DIGESTS,
            no_algorithm,
        ),
        check("C-69.both", Core, "one content may be there under two digests", DIGESTS, both),
    ]);
    checks
}

async fn comes_back(c: Context, size: usize) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), size));
    let digest = repository.push_blob(&bytes).await?;
    let read = repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes)?;
    read.has("docker-content-digest", &digest)?.has("content-length", &size.to_string())?;
    let head = c.head(repository.blob(&digest)).await?.expect(200)?;
    head.has("content-length", &size.to_string())?.has("docker-content-digest", &digest).map(drop)
}

async fn absent(c: Context) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"something").await?;
    let digest = content::digest(c.unique().as_bytes());
    repository.get_blob(&digest).await?.refused(404, &["BLOB_UNKNOWN"])?;
    c.head(repository.blob(&digest)).await?.expect(404).map(drop)
}

async fn elsewhere(c: Context) -> Verdict {
    let (repository, other, bytes) = (c.repository(), c.repository(), content::noise(&c.unique(), 100));
    let digest = repository.push_blob(&bytes).await?;
    other.push_blob(b"something").await?;
    other.get_blob(&digest).await?.refused(404, &["BLOB_UNKNOWN"])?;
    c.head(other.blob(&digest)).await?.expect(404).map(drop)
}

async fn nowhere(c: Context) -> Verdict {
    let digest = content::digest(c.unique().as_bytes());
    unknown(c.repository().get_blob(&digest).await?, "BLOB_UNKNOWN").map(drop)
}

async fn looks_like_manifest(c: Context) -> Verdict {
    let (repository, image) = (c.repository(), crate::check::Image::new(&c.unique()));
    let digest = repository.push_blob(&image.manifest).await?;
    repository.get_manifest(&digest).await?.refused(404, &["MANIFEST_UNKNOWN", "NAME_UNKNOWN"])?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&image.manifest).map(drop)
}

async fn octets(c: Context) -> Verdict {
    let repository = c.repository();
    let digest = repository.push_blob(b"{\"a\":\"b\"}").await?;
    repository.get_blob(&digest).await?.expect(200)?.has("content-type", "application/octet-stream").map(drop)
}

async fn unencoded(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), vec![b'a'; 100_000]);
    let digest = repository.push_blob(&bytes).await?;
    let get = Request::get(repository.blob(&digest)).header("Accept-Encoding", "zstd, gzip, deflate, br");
    let read = c.send(get).await?.expect(200)?.has_body(&bytes)?;
    let holds = read.get("content-encoding").is_none();
    read.holds(holds, "no Content-Encoding").map(drop)
}

async fn no_algorithm(c: Context) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"something").await?;
    let read = repository.get_blob("md5:d41d8cd98f00b204e9800998ecf8427e").await?;
    read.refused(404, &["BLOB_UNKNOWN"]).map(drop)
}

async fn both(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 1000));
    let wide = content::sha512(&bytes);
    let location = repository.start().await?;
    c.send(Request::put(with(&location, "digest", &wide)).body(&*bytes)).await?.expect(201)?;
    c.leaves(repository.blob(&wide));
    let narrow = repository.push_blob(&bytes).await?;
    for digest in [narrow, wide] {
        let read = repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes)?;
        read.has("docker-content-digest", &digest)?;
    }
    Ok(())
}

/// How a blob is pushed.
#[derive(Debug, Clone, Copy)]
enum Way {
    Post,
    Put,
    Chunked,
    /// With the algorithm named at the beginning.
    Named,
}

async fn by_algorithm(c: Context, algorithm: Algorithm, way: Way) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 5000));
    let digest = Digest::of(algorithm, &bytes).to_string();
    let put = match way {
        Way::Post => {
            let post =
                Request::post(repository.path(&format!("blobs/uploads/?digest={digest}"))).body(&*bytes);
            let response = c.send(post).await?.expect_any(&[201, 202])?;
            if response.status == 201 {
                response
            } else {
                c.send(Request::put(with(&c.location(&response)?, "digest", &digest)).body(&*bytes)).await?
            }
        }
        Way::Put => {
            let location = repository.start().await?;
            c.send(Request::put(with(&location, "digest", &digest)).body(&*bytes)).await?
        }
        Way::Chunked => {
            let (location, _) = start(&c, &repository).await?;
            let patched = c.send(super::support::append(location, &bytes)).await?.expect(202)?;
            c.send(Request::put(with(&c.location(&patched)?, "digest", &digest))).await?
        }
        Way::Named => {
            let begin = repository.path(&format!("blobs/uploads/?digest-algorithm={algorithm}"));
            let begun = c.send(Request::post(begin)).await?.expect(202)?;
            let patched = c.send(super::support::append(c.location(&begun)?, &bytes)).await?.expect(202)?;
            c.send(Request::put(with(&c.location(&patched)?, "digest", &digest))).await?
        }
    };
    let location = c.location(&put.expect(201)?)?;
    c.leaves(repository.blob(&digest));
    c.get(location).await?.expect(200)?.has_body(&bytes)?;
    let read = repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes)?;
    read.has("docker-content-digest", &digest).map(drop)
}
