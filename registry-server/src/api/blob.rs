//! Blobs: end-2, end-4b and end-10.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderValue, StatusCode};
use registry_core::{ByteRange, Digest, ErrorCode, RangeRequest, RepositoryName};
use registry_engine::{BlobHandle, BoxError, Error};

use super::{Call, redirect};
use crate::body::{Body, Multipart, Payload};
use crate::error::{About, Refusal};
use crate::header::{Freshness, applies_to_range, freshness, only};
use crate::respond::Reply;

/// A blob of up to this many bytes is read before it is answered, so that head and body leave in one write.
const SMALL: u64 = 64 * 1024;

/// Sends a blob or parts of it, or for `HEAD` what a `GET` of the whole would be answered.
pub(super) async fn read(call: &Call<'_>, name: &RepositoryName, digest: &Digest) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    if call.head {
        let stat = repository.stat_blob(digest).await.map_err(|e| About::Blob.refuse(e))?;
        return Ok(stale(call, digest)?.unwrap_or_else(|| octets(digest).with_length(stat.size)));
    }
    let blob = repository.read_blob(digest).await.map_err(|e| About::Blob.refuse(e))?;
    if let Some(reply) = stale(call, digest)? {
        return Ok(reply);
    }
    let size = blob.size();
    let range = only(call.headers, RANGE).filter(|_| applies_to_range(call.headers, digest));
    let wanted = RangeRequest::resolve(range, size);
    if let Some(reply) = redirect::redirect(call, &blob, &wanted).await? {
        return Ok(reply);
    }
    match wanted {
        RangeRequest::Ranges(ranges) if ranges.len() == 1 => part(&blob, digest, ranges[0]).await,
        RangeRequest::Ranges(ranges) => Ok(parts(blob, digest, ranges)),
        RangeRequest::Unsatisfiable => Err(unsatisfiable(digest, size)),
        _ => Ok(octets(digest).with_body(body(&blob, 0, size).await?)),
    }
}

/// Stores a blob that comes whole in one request.
pub(super) async fn put(
    call: &Call<'_>,
    payload: &mut Payload,
    name: &RepositoryName,
    digest: &Digest,
) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    let length = payload.length();
    let body = payload.stream();
    let stat = repository.put_blob(call.actor(), digest, length, body).await;
    Ok(created(name, &stat.map_err(|e| About::Upload(name).refuse(e))?.digest))
}

/// Makes a blob unknown to the repository.
pub(super) async fn delete(
    call: &Call<'_>,
    name: &RepositoryName,
    digest: &Digest,
) -> Result<Reply, Refusal> {
    let deleted = call.repository(name).delete_blob(call.actor(), digest).await;
    deleted.map_err(|e| About::Blob.refuse(e))?;
    Ok(Reply::new(StatusCode::ACCEPTED))
}

/// The blob is readable now.
pub(super) fn created(name: &RepositoryName, digest: &Digest) -> Reply {
    Reply::new(StatusCode::CREATED).with_location(format!("/v2/{name}/blobs/{digest}")).with_content(digest)
}

/// The answer when the client has the blob already, or wants another.
fn stale(call: &Call<'_>, digest: &Digest) -> Result<Option<Reply>, Refusal> {
    match freshness(call.headers, digest) {
        Freshness::Send => Ok(None),
        Freshness::NotModified => Ok(Some(Reply::new(StatusCode::NOT_MODIFIED).with_content(digest))),
        Freshness::Failed => Err(Refusal::other_content(digest)),
    }
}

fn octets(digest: &Digest) -> Reply {
    Reply::new(StatusCode::OK)
        .with_content(digest)
        .with(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
        .with(ACCEPT_RANGES, HeaderValue::from_static("bytes"))
}

async fn part(blob: &BlobHandle, digest: &Digest, range: ByteRange) -> Result<Reply, Refusal> {
    let body = body(blob, range.first(), range.last() + 1).await?;
    let content_range = range.content_range(blob.size());
    Ok(octets(digest)
        .with_status(StatusCode::PARTIAL_CONTENT)
        .with_text(CONTENT_RANGE, content_range)
        .with_body(body))
}

fn parts(blob: BlobHandle, digest: &Digest, ranges: Vec<ByteRange>) -> Reply {
    let parts = Multipart::new(blob, ranges);
    octets(digest)
        .with_status(StatusCode::PARTIAL_CONTENT)
        .with_text(CONTENT_TYPE, parts.content_type())
        .with_body(parts.into_body())
}

fn unsatisfiable(digest: &Digest, size: u64) -> Refusal {
    let message = format!("no part of the range lies within the {size} bytes of the blob");
    let headers =
        octets(digest).with_text(CONTENT_RANGE, RangeRequest::unsatisfied_content_range(size)).into_headers();
    Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, ErrorCode::SizeInvalid, message).with_all(headers)
}

/// The bytes from `first` to before `end`. What is damaged at its beginning is noticed before anything is answered.
async fn body(blob: &BlobHandle, first: u64, end: u64) -> Result<Body, Refusal> {
    let refuse = |error| About::Blob.refuse(error);
    let len = end - first;
    let mut read = blob.read(first..end).await.map_err(refuse)?;
    let begin = match read.next().await.transpose() {
        Ok(begin) => begin.unwrap_or_default(),
        Err(error) => return Err(refuse(failure(blob.digest(), error))),
    };
    if begin.len() as u64 == len {
        return Ok(Body::full(begin));
    }
    if len <= SMALL {
        let mut whole = BytesMut::with_capacity(usize::try_from(len).unwrap_or_default());
        whole.extend_from_slice(&begin);
        while let Some(chunk) = read.next().await {
            whole.extend_from_slice(&chunk.map_err(|error| refuse(failure(blob.digest(), error)))?);
        }
        // One that is too short or too long is noticed by the body.
        return Ok(Body::stream(len, stream::iter([Ok::<Bytes, BoxError>(whole.freeze())])));
    }
    let rest = read.map_err(BoxError::from);
    Ok(Body::stream(len, stream::iter([Ok(begin)]).chain(rest)))
}

/// What a read that fails on its way means: content that is gone or of the wrong size is damage.
fn failure(digest: Digest, error: registry_storage::Error) -> Error {
    use registry_storage::Error as Storage;
    match error {
        Storage::NotFound { .. } | Storage::Corrupt { .. } => Error::Corrupt { digest, source: error.into() },
        error => error.into(),
    }
}
