//! Blobs of other repositories (C-35, C-36).

use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Repository, Stop, Verdict, check, content};
use crate::client::{Request, Response};

const SOURCE: &str = "distribution-spec, Mounting a blob from another repository";

pub(super) fn checks() -> Vec<Check> {
    let fallback = "what cannot be mounted is uploaded: 202 and a Location that takes the blob";
    vec![
        check("C-35.mount", Core, "a blob is mounted: 201 and a Location to pull from", SOURCE, mounted),
        check("C-35.escaped", Core, "the source and the digest may be escaped", SOURCE, escaped),
        check("C-35.digest-header", Full, "the answer to a mount names the digest", SOURCE, names_digest),
        check("C-35.self", Full, "a blob may be mounted from the repository itself", SOURCE, from_itself),
        check("C-35.sha512", Core, "a blob may be mounted by sha512", SOURCE, by_sha512),
        check("C-35.no-source", Core, fallback, SOURCE, |c| not_mounted(c, Source::Absent)),
        check("C-35.no-blob", Core, fallback, SOURCE, |c| not_mounted(c, Source::Without)),
        check("C-35.bad-source", Full, fallback, SOURCE, |c| not_mounted(c, Source::NoName)),
        check("C-35.source-stays", Core, "a blob is in both repositories then", SOURCE, in_both),
        check(
            "C-36.anonymous",
            Core,
            "without a source a blob is mounted, or an upload begins",
            SOURCE,
            anonymous,
        ),
        check("C-36.found", Full, "without a source a blob is found: 201", SOURCE, found),
        check(
            "C-36.nowhere",
            Core,
            "without a source a blob that is nowhere is uploaded: 202",
            SOURCE,
            nowhere,
        ),
    ]
}

async fn mount(c: &Context, to: &Repository, digest: &str, rest: &str) -> Result<Response, Stop> {
    c.send(Request::post(to.path(&format!("blobs/uploads/?mount={digest}{rest}")))).await
}

/// A blob in one repository, and another one.
async fn prepared(c: &Context) -> Result<(Repository, Repository, Vec<u8>, String), Stop> {
    let (from, to, bytes) = (c.repository(), c.repository(), content::noise(&c.unique(), 2000));
    let digest = from.push_blob(&bytes).await?;
    Ok((from, to, bytes, digest))
}

async fn is_there(c: &Context, to: &Repository, response: Response, bytes: &[u8], digest: &str) -> Verdict {
    let response = response.expect(201)?;
    c.leaves(to.blob(digest));
    c.get(c.location(&response)?).await?.expect(200)?.has_body(bytes)?;
    to.get_blob(digest).await?.expect(200)?.has_body(bytes).map(drop)
}

async fn mounted(c: Context) -> Verdict {
    let (from, to, bytes, digest) = prepared(&c).await?;
    let response = mount(&c, &to, &digest, &format!("&from={}", from.name())).await?;
    is_there(&c, &to, response, &bytes, &digest).await
}

async fn escaped(c: Context) -> Verdict {
    let (from, to, bytes, digest) = prepared(&c).await?;
    let source = format!("&from={}", from.name().replace('/', "%2F"));
    let response = mount(&c, &to, &digest.replace(':', "%3A"), &source).await?;
    is_there(&c, &to, response, &bytes, &digest).await
}

async fn names_digest(c: Context) -> Verdict {
    let (from, to, _, digest) = prepared(&c).await?;
    let response = mount(&c, &to, &digest, &format!("&from={}", from.name())).await?.expect(201)?;
    response.has("docker-content-digest", &digest).map(drop)
}

async fn from_itself(c: Context) -> Verdict {
    let (from, _, bytes, digest) = prepared(&c).await?;
    let response = mount(&c, &from, &digest, &format!("&from={}", from.name())).await?;
    is_there(&c, &from, response, &bytes, &digest).await
}

async fn by_sha512(c: Context) -> Verdict {
    let (from, to, bytes) = (c.repository(), c.repository(), content::noise(&c.unique(), 2000));
    let digest = content::sha512(&bytes);
    let location = from.start().await?;
    let put = Request::put(crate::check::repository::with(&location, "digest", &digest)).body(&*bytes);
    c.send(put).await?.expect(201)?;
    c.leaves(from.blob(&digest));
    let response = mount(&c, &to, &digest, &format!("&from={}", from.name())).await?;
    is_there(&c, &to, response, &bytes, &digest).await
}

async fn in_both(c: Context) -> Verdict {
    let (from, to, bytes, digest) = prepared(&c).await?;
    let response = mount(&c, &to, &digest, &format!("&from={}", from.name())).await?;
    is_there(&c, &to, response, &bytes, &digest).await?;
    super::support::delete(&c, to.blob(&digest)).await?.expect(202)?;
    to.get_blob(&digest).await?.expect(404)?;
    from.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

/// Why a blob cannot be mounted.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// The repository does not exist.
    Absent,
    /// It does not have the blob.
    Without,
    /// It is no name.
    NoName,
}

/// The answer begins an upload that takes the blob.
async fn uploads(c: &Context, to: &Repository, response: Response, bytes: &[u8]) -> Verdict {
    let digest = content::digest(bytes);
    let location = c.location(&response.expect(202)?)?;
    to.get_blob(&digest).await?.expect(404)?;
    let put = Request::put(crate::check::repository::with(&location, "digest", &digest)).body(bytes);
    c.send(put).await?.expect(201)?;
    c.leaves(to.blob(&digest));
    to.get_blob(&digest).await?.expect(200)?.has_body(bytes).map(drop)
}

async fn not_mounted(c: Context, source: Source) -> Verdict {
    let (from, to, bytes) = (c.repository(), c.repository(), content::noise(&c.unique(), 2000));
    let name = match source {
        Source::Absent => from.name(),
        Source::Without => {
            from.push_blob(b"something").await?;
            from.name()
        }
        Source::NoName => "NOT%20A%20NAME",
    };
    let response = mount(&c, &to, &content::digest(&bytes), &format!("&from={name}")).await?;
    uploads(&c, &to, response, &bytes).await
}

async fn anonymous(c: Context) -> Verdict {
    let (_, to, bytes, digest) = prepared(&c).await?;
    let response = mount(&c, &to, &digest, "").await?.expect_any(&[201, 202])?;
    if response.status == 202 {
        return uploads(&c, &to, response, &bytes).await;
    }
    is_there(&c, &to, response, &bytes, &digest).await
}

async fn found(c: Context) -> Verdict {
    let (_, to, bytes, digest) = prepared(&c).await?;
    let response = mount(&c, &to, &digest, "").await?;
    is_there(&c, &to, response, &bytes, &digest).await
}

async fn nowhere(c: Context) -> Verdict {
    let (to, bytes) = (c.repository(), content::noise(&c.unique(), 2000));
    let response = mount(&c, &to, &content::digest(&bytes), "").await?;
    uploads(&c, &to, response, &bytes).await
}
