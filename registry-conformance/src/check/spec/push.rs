//! Blobs, pushed whole (C-18 to C-25).

use super::support::{append, chunk, start};
use crate::check::Profile::{Core, Full};
use crate::check::repository::with;
use crate::check::{Check, Context, Repository, Stop, Verdict, check, content};
use crate::client::{Request, Response};

const START: &str = "distribution-spec, Pushing blobs: obtaining a session id";
const PUT: &str = "distribution-spec, Pushing a blob monolithically: POST then PUT";
const POST: &str = "distribution-spec, Pushing a blob monolithically: single POST";
const ALGORITHM: &str = "distribution-spec, Pushing blobs: digest-algorithm";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = whole();
    checks.extend(mismatches());
    for algorithm in ["sha256", "sha512", "blake3"] {
        let rule = format!("an upload may say that its digest will be {algorithm}, and end with another");
        let id = format!("C-25.{algorithm}-then-other");
        checks.push(check(id, Full, rule, ALGORITHM, move |c| other_algorithm(c, algorithm)));
    }
    let rule = "an algorithm that is not supported is refused: 400";
    for (id, algorithm) in [("md5", "md5"), ("upper-case", "SHA256"), ("malformed", "x%20y")] {
        let id = format!("C-25.unknown-{id}");
        checks.push(check(id, Core, rule, ALGORITHM, move |c| unknown_algorithm(c, algorithm)));
    }
    checks
}

fn whole() -> Vec<Check> {
    vec![
        check("C-19.start", Core, "an upload begins with 202 and a Location", START, begins),
        check("C-19.unique", Core, "every upload has a Location of its own", START, unique),
        check("C-19.relative", Full, "a Location names no host, so that no proxy breaks it", START, relative),
        check("C-19.no-slash", Full, "an upload begins without the last slash, too", START, no_slash),
        check("C-20.query", Core, "a Location is used with its query", START, with_query),
        check(
            "C-21.put",
            Core,
            "a blob is pushed by POST and PUT: 201 and a Location to pull from",
            PUT,
            put,
        ),
        check("C-21.digest-header", Full, "the answer names the digest", PUT, put_names_digest),
        check("C-21.missing", Core, "a PUT without a digest is refused: 400 DIGEST_INVALID", PUT, no_digest),
        check("C-21.again", Core, "a blob that is there may be pushed again", PUT, again),
        check("C-21.escaped", Full, "the colon of the digest may be escaped", PUT, escaped),
        check("C-21.untyped", Full, "the body of a PUT needs no type", PUT, untyped),
        check("C-21.at-once", Core, "a blob is there as soon as its push is answered", PUT, at_once),
        check("C-23.post", Core, "a blob in a POST: 201 and a Location to pull from, or 202", POST, post),
        check("C-23.created", Full, "a blob in a POST is taken: 201", POST, post_created),
        check(
            "C-24.body",
            Full,
            "a body that nobody asked for does not become part of an upload",
            START,
            surplus,
        ),
    ]
}

fn mismatches() -> Vec<Check> {
    let rule = "content that is not that of the digest is refused, and is not there: 400 DIGEST_INVALID";
    let mut checks = Vec::new();
    for (id, way) in [
        ("post", Way::Post),
        ("put", Way::Put),
        ("chunks", Way::Chunks),
        ("last-chunk", Way::LastChunk),
        ("stream", Way::Stream),
    ] {
        let id = format!("C-18.mismatch-{id}");
        checks.push(check(id, Core, rule, "distribution-spec, Pushing blobs: digest", move |c| {
            mismatch(c, way)
        }));
    }
    checks
}

async fn begins(c: Context) -> Verdict {
    let repository = c.repository();
    let response = c.send(Request::post(repository.path("blobs/uploads/"))).await?.expect(202)?;
    let location = c.location(&response)?;
    c.get(location).await?.expect(204).map(drop)
}

async fn unique(c: Context) -> Verdict {
    let repository = c.repository();
    let mut locations = Vec::new();
    for _ in 0..5 {
        locations.push(repository.start().await?);
    }
    let count = locations.len();
    locations.sort();
    locations.dedup();
    if locations.len() == count { Ok(()) } else { Err(Stop::failed("five places", locations.join(" "))) }
}

async fn relative(c: Context) -> Verdict {
    let repository = c.repository();
    let response = c.send(Request::post(repository.path("blobs/uploads/"))).await?.expect(202)?;
    let holds = response.header("location")?.starts_with("/v2/");
    response.holds(holds, "a Location that begins with /v2/").map(drop)
}

async fn no_slash(c: Context) -> Verdict {
    let repository = c.repository();
    let response = c.send(Request::post(repository.path("blobs/uploads"))).await?.expect(202)?;
    c.location(&response).map(drop)
}

async fn with_query(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 50));
    let location = with(&repository.start().await?, "org.example", "kept");
    let digest = content::digest(&bytes);
    c.send(Request::put(with(&location, "digest", &digest)).body(&*bytes)).await?.expect(201)?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

/// Pushes by `POST` and `PUT`.
async fn pushed(c: &Context, repository: &Repository, bytes: &[u8]) -> Result<Response, Stop> {
    let location = repository.start().await?;
    let digest = content::digest(bytes);
    let put =
        Request::put(with(&location, "digest", &digest)).header("Content-Type", "application/octet-stream");
    c.leaves(repository.blob(&digest));
    c.send(put.body(bytes)).await?.expect(201)
}

async fn put(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 10_000));
    let response = pushed(&c, &repository, &bytes).await?;
    c.get(c.location(&response)?).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn put_names_digest(c: Context) -> Verdict {
    let bytes = content::noise(&c.unique(), 100);
    let response = pushed(&c, &c.repository(), &bytes).await?;
    response.has("docker-content-digest", &content::digest(&bytes)).map(drop)
}

async fn no_digest(c: Context) -> Verdict {
    let location = c.repository().start().await?;
    c.send(Request::put(location).body("x")).await?.refused(400, &["DIGEST_INVALID"]).map(drop)
}

async fn again(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    for _ in 0..3 {
        pushed(&c, &repository, &bytes).await?;
    }
    repository.get_blob(&content::digest(&bytes)).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn escaped(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    let location = repository.start().await?;
    let digest = content::digest(&bytes);
    let put = Request::put(with(&location, "digest", &digest.replace(':', "%3A"))).body(&*bytes);
    c.send(put).await?.expect(201)?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn untyped(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    let location = repository.start().await?;
    let digest = content::digest(&bytes);
    c.send(Request::put(with(&location, "digest", &digest)).chunked(&*bytes)).await?.expect(201)?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn at_once(c: Context) -> Verdict {
    let repository = c.repository();
    for _ in 0..20 {
        let bytes = content::noise(&c.unique(), 100);
        pushed(&c, &repository, &bytes).await?;
        c.head(repository.blob(&content::digest(&bytes))).await?.expect(200)?;
    }
    Ok(())
}

async fn post(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 1000));
    let digest = content::digest(&bytes);
    let target = repository.path(&format!("blobs/uploads/?digest={digest}"));
    let mut response = c.send(Request::post(target).body(&*bytes)).await?.expect_any(&[201, 202])?;
    if response.status == 202 {
        let location = c.location(&response)?;
        response =
            c.send(Request::put(with(&location, "digest", &digest)).body(&*bytes)).await?.expect(201)?;
    }
    c.get(c.location(&response)?).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn post_created(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 1000));
    let digest = content::digest(&bytes);
    let target = repository.path(&format!("blobs/uploads/?digest={digest}"));
    let response = c.send(Request::post(target).body(&*bytes)).await?.expect(201)?;
    response.has("docker-content-digest", &digest).map(drop)
}

async fn surplus(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 100));
    let begin = Request::post(repository.path("blobs/uploads/")).body("surplus");
    let location = c.location(&c.send(begin).await?.expect(202)?)?;
    let digest = content::digest(&bytes);
    c.send(Request::put(with(&location, "digest", &digest)).body(&*bytes)).await?.expect(201).map(drop)
}

/// How content comes that is not what its digest says.
#[derive(Debug, Clone, Copy)]
enum Way {
    Post,
    Put,
    Chunks,
    LastChunk,
    Stream,
}

async fn mismatch(c: Context, way: Way) -> Verdict {
    let repository = c.repository();
    let (said, sent) = (content::noise(&c.unique(), 4096), content::noise(&c.unique(), 4096));
    let digest = content::digest(&said);
    let refused = mismatched(&c, &repository, way, &digest, &sent).await?;
    refused.refused(400, &["DIGEST_INVALID"])?;
    for bytes in [said, sent] {
        repository.get_blob(&content::digest(&bytes)).await?.expect(404)?;
    }
    Ok(())
}

/// The answer to the request that ends the push.
async fn mismatched(
    c: &Context,
    repository: &Repository,
    way: Way,
    digest: &str,
    sent: &[u8],
) -> Result<Response, Stop> {
    if let Way::Post = way {
        let target = repository.path(&format!("blobs/uploads/?digest={digest}"));
        let response = c.send(Request::post(target).body(sent)).await?;
        if response.status != 202 {
            return Ok(response);
        }
        return c.send(Request::put(with(&c.location(&response)?, "digest", digest)).body(sent)).await;
    }
    let (location, _) = start(c, repository).await?;
    let (first, rest) = match way {
        Way::Chunks => (chunk("PATCH", location, 0, sent), &[][..]),
        Way::LastChunk => (chunk("PATCH", location, 0, &sent[..2048]), &sent[2048..]),
        Way::Stream => (append(location, sent), &[][..]),
        _ => return c.send(Request::put(with(&location, "digest", digest)).body(sent)).await,
    };
    let location = c.location(&c.send(first).await?.expect(202)?)?;
    let target = with(&location, "digest", digest);
    let last = if rest.is_empty() { Request::put(target) } else { chunk("PUT", target, 2048, rest) };
    c.send(last).await
}

async fn other_algorithm(c: Context, algorithm: &str) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 3000));
    for digest in [content::digest(&bytes), content::sha512(&bytes)] {
        let begin = Request::post(repository.path(&format!("blobs/uploads/?digest-algorithm={algorithm}")));
        let location = c.location(&c.send(begin).await?.expect(202)?)?;
        let location = c.location(&c.send(append(location, &bytes)).await?.expect(202)?)?;
        c.send(Request::put(with(&location, "digest", &digest))).await?.expect(201)?;
        c.leaves(repository.blob(&digest));
        repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes)?;
    }
    Ok(())
}

async fn unknown_algorithm(c: Context, algorithm: &str) -> Verdict {
    let begin = Request::post(c.repository().path(&format!("blobs/uploads/?digest-algorithm={algorithm}")));
    c.send(begin).await?.refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]).map(drop)
}
