//! Upload sessions: end-4a, end-4c, end-5, end-6, end-13 and end-14.

use http::StatusCode;
use http::header::CONTENT_RANGE;
use registry_core::{Algorithm, Digest, ErrorCode, RepositoryName, UploadRange};
use registry_engine::{Chunk, Repository, StartUpload, UploadId, UploadStatus};

use super::{Call, blob};
use crate::body::Payload;
use crate::error::{About, Refusal, position};
use crate::header::only;
use crate::respond::Reply;

/// Begins an upload.
pub(super) async fn start(
    call: &Call<'_>,
    name: &RepositoryName,
    algorithm: Option<Algorithm>,
) -> Result<Reply, Refusal> {
    let start = StartUpload { algorithm, size_hint: None };
    let status = call.repository(name).start_upload(call.actor(), start).await;
    Ok(accepted(name, &status.map_err(|e| About::Upload(name).refuse(e))?))
}

/// Adds a chunk.
pub(super) async fn append(
    call: &Call<'_>,
    payload: &mut Payload,
    name: &RepositoryName,
    id: &UploadId,
) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    let chunk = chunk(call, payload.length(), &repository, id).await?;
    let body = payload.stream();
    let status = repository.append_upload(call.actor(), id, chunk, body).await;
    Ok(accepted(name, &status.map_err(|e| About::Upload(name).refuse(e))?))
}

/// Adds the last chunk, if there is one, and makes the whole a blob.
pub(super) async fn finish(
    call: &Call<'_>,
    payload: &mut Payload,
    name: &RepositoryName,
    id: &UploadId,
    digest: &Digest,
) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    let chunk = chunk(call, payload.length(), &repository, id).await?;
    let body = payload.stream();
    let stat = repository.finish_upload(call.actor(), id, digest, chunk, body).await;
    Ok(blob::created(name, &stat.map_err(|e| About::Upload(name).refuse(e))?.digest))
}

/// Tells how far the upload is.
pub(super) async fn status(call: &Call<'_>, name: &RepositoryName, id: &UploadId) -> Result<Reply, Refusal> {
    let status = call.repository(name).upload_status(id).await.map_err(|e| About::Upload(name).refuse(e))?;
    Ok(Reply::new(StatusCode::NO_CONTENT).with_upload(name, &status))
}

/// Ends the upload and forgets its bytes.
pub(super) async fn cancel(call: &Call<'_>, name: &RepositoryName, id: &UploadId) -> Result<Reply, Refusal> {
    let cancelled = call.repository(name).cancel_upload(call.actor(), id).await;
    cancelled.map_err(|e| About::Upload(name).refuse(e))?;
    Ok(Reply::new(StatusCode::NO_CONTENT))
}

fn accepted(name: &RepositoryName, status: &UploadStatus) -> Reply {
    Reply::new(StatusCode::ACCEPTED).with_upload(name, status)
}

/// Where the body belongs. One whose place cannot be understood is refused as one in the wrong place, with where the
/// upload stands.
async fn chunk(
    call: &Call<'_>,
    length: Option<u64>,
    repository: &Repository,
    id: &UploadId,
) -> Result<Chunk, Refusal> {
    if !call.headers.contains_key(CONTENT_RANGE) {
        return Ok(Chunk { range: None, length });
    }
    if let Some(range) = only(call.headers, CONTENT_RANGE).and_then(|text| text.parse::<UploadRange>().ok()) {
        return Ok(Chunk { range: Some(range), length });
    }
    let name = repository.name();
    let status = repository.upload_status(id).await.map_err(|e| About::Upload(name).refuse(e))?;
    let message = "invalid header Content-Range: two positions joined by a dash are expected";
    Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, ErrorCode::BlobUploadInvalid, message)
        .with_all(position(name, &status)))
}
