//! Upload sessions: their state, their end, and who may use them (C-32, C-33, C-34).

use super::support::{append, start, unknown};
use crate::check::Profile::{Core, Full};
use crate::check::repository::with;
use crate::check::{Check, Context, Repository, Stop, Verdict, check, content};
use crate::client::Request;

const CLOSE: &str = "distribution-spec, Pushing a blob in chunks: closing the session";
const STATUS: &str = "distribution-spec, Pushing a blob in chunks: GET of the session";
const CANCEL: &str = "distribution-spec, Cancelling an upload";
const OWN: &str = "CVE-2026-32589; distribution-spec, Pushing blobs: the session id is opaque";

const METHODS: [&str; 4] = ["GET", "PATCH", "PUT", "DELETE"];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![
        check(
            "C-32.closed",
            Core,
            "an upload that has become a blob is no upload any more: 404",
            CLOSE,
            closed,
        ),
        check(
            "C-32.survives",
            Full,
            "an upload goes on after it was closed with a wrong digest",
            CLOSE,
            survives,
        ),
        check(
            "C-33.empty",
            Core,
            "an upload without bytes is 204 with Location and Range: 0-0",
            STATUS,
            |c| status(c, 0),
        ),
        check("C-33.one", Core, "an upload of one byte is 204 with Range: 0-0", STATUS, |c| status(c, 1)),
        check("C-33.some", Core, "an upload of n bytes is 204 with Range: 0-(n-1)", STATUS, |c| {
            status(c, 5000)
        }),
        check("C-34.cancel", Core, "an upload is cancelled: 204, and 404 from then on", CANCEL, cancelled),
        check("C-34.empty", Core, "an upload without bytes is cancelled, too", CANCEL, cancelled_empty),
        check("C-34.no-blob", Core, "what a cancelled upload had is not there", CANCEL, no_blob),
        check(
            "C-34.twice",
            Full,
            "an upload that was cancelled cannot be cancelled again: 404",
            CANCEL,
            twice,
        ),
    ];
    for method in METHODS {
        let rule = format!("{method} of an upload that does not exist is 404 BLOB_UPLOAD_UNKNOWN");
        checks.push(check(format!("C-33.unknown.{method}"), Core, rule, STATUS, move |c| absent(c, method)));
        let rule = format!("{method} of an upload of another repository is 404 BLOB_UPLOAD_UNKNOWN");
        checks
            .push(check(format!("C-33.elsewhere.{method}"), Full, rule, OWN, move |c| elsewhere(c, method)));
    }
    checks
}

/// An upload with these bytes.
async fn with_bytes(c: &Context, repository: &Repository, bytes: &[u8]) -> Result<String, Stop> {
    let (location, _) = start(c, repository).await?;
    let response = c.send(append(location, bytes)).await?.expect(202)?;
    c.location(&response)
}

async fn closed(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 3000));
    let location = with_bytes(&c, &repository, &bytes).await?;
    let digest = content::digest(&bytes);
    c.send(Request::put(with(&location, "digest", &digest))).await?.expect(201)?;
    c.leaves(repository.blob(&digest));
    unknown(c.get(&*location).await?, "BLOB_UPLOAD_UNKNOWN")?;
    unknown(c.send(append(&*location, b"x")).await?, "BLOB_UPLOAD_UNKNOWN")?;
    repository.get_blob(&digest).await?.expect(200)?.has_body(&bytes).map(drop)
}

async fn survives(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 3000));
    let location = with_bytes(&c, &repository, &bytes).await?;
    let wrong = content::digest(c.unique().as_bytes());
    let refused = c.send(Request::put(with(&location, "digest", &wrong))).await?;
    refused.refused(400, &["DIGEST_INVALID"])?;
    let status = c.get(location).await?.expect(204)?.has("range", "0-2999")?;
    let last = with(&c.location(&status)?, "digest", &content::digest(&bytes));
    c.send(Request::put(last)).await?.expect(201).map(drop)
}

async fn status(c: Context, length: usize) -> Verdict {
    let repository = c.repository();
    let location = if length == 0 {
        repository.start().await?
    } else {
        with_bytes(&c, &repository, &content::noise(&c.unique(), length)).await?
    };
    let response = c.get(location).await?.expect(204)?;
    c.location(&response)?;
    response.has("range", &format!("0-{}", length.saturating_sub(1))).map(drop)
}

/// Cancels; where the registry does not offer that, the check is skipped.
async fn cancel(c: &Context, location: &str) -> Verdict {
    let response = c.send(Request::delete(location)).await?;
    if response.status == 405 {
        return Err(Stop::Skipped("the registry cancels no uploads".to_owned()));
    }
    response.expect(204).map(drop)
}

async fn cancelled(c: Context) -> Verdict {
    let repository = c.repository();
    let location = with_bytes(&c, &repository, b"abc").await?;
    cancel(&c, &location).await?;
    unknown(c.get(&*location).await?, "BLOB_UPLOAD_UNKNOWN")?;
    unknown(c.send(append(&*location, b"x")).await?, "BLOB_UPLOAD_UNKNOWN")?;
    let last = Request::put(with(&location, "digest", &content::digest(b"abc")));
    unknown(c.send(last).await?, "BLOB_UPLOAD_UNKNOWN").map(drop)
}

async fn cancelled_empty(c: Context) -> Verdict {
    let location = c.repository().start().await?;
    cancel(&c, &location).await?;
    unknown(c.get(location).await?, "BLOB_UPLOAD_UNKNOWN").map(drop)
}

async fn no_blob(c: Context) -> Verdict {
    let (repository, bytes) = (c.repository(), content::noise(&c.unique(), 3000));
    let location = with_bytes(&c, &repository, &bytes).await?;
    let digest = content::digest(&bytes);
    unknown(repository.get_blob(&digest).await?, "BLOB_UNKNOWN")?;
    cancel(&c, &location).await?;
    unknown(repository.get_blob(&digest).await?, "BLOB_UNKNOWN").map(drop)
}

async fn twice(c: Context) -> Verdict {
    let location = c.repository().start().await?;
    cancel(&c, &location).await?;
    unknown(c.send(Request::delete(location)).await?, "BLOB_UPLOAD_UNKNOWN").map(drop)
}

fn request(method: &str, location: &str) -> Request {
    match method {
        "PATCH" => append(location, b"x"),
        "PUT" => Request::put(with(location, "digest", &content::digest(b""))),
        _ => Request::new(method, location),
    }
}

async fn absent(c: Context, method: &str) -> Verdict {
    let repository = c.repository();
    repository.push_blob(b"something").await?;
    let location = repository.start().await?;
    // One that is well formed, wherever the registry has its id.
    let unknown_id = location.split('?').next().unwrap_or_default();
    let other: String = unknown_id[repository.path("blobs/uploads/").len().min(unknown_id.len())..]
        .chars()
        .map(|digit| if digit.is_ascii_hexdigit() { '7' } else { digit })
        .collect();
    let target = repository.path(&format!("blobs/uploads/{other}"));
    unknown(c.send(request(method, &target)).await?, "BLOB_UPLOAD_UNKNOWN").map(drop)
}

async fn elsewhere(c: Context, method: &str) -> Verdict {
    let (repository, other) = (c.repository(), c.repository());
    other.push_blob(b"something").await?;
    let location = repository.start().await?;
    let strange = location.replacen(repository.name(), other.name(), 1);
    unknown(c.send(request(method, &strange)).await?, "BLOB_UPLOAD_UNKNOWN")?;
    c.get(location).await?.expect(204)?.has("range", "0-0").map(drop)
}
