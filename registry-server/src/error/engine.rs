//! What a request that the engine refuses is answered.

use http::header::{ETAG, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use registry_core::{AnyDigest, ErrorCode, ErrorEntry, RepositoryName};
use registry_engine::{Error, UploadStatus};

use super::{Refusal, chain};
use crate::header::entity_tag;
use crate::patience::TooSlow;
use crate::respond::Reply;

/// What a request is about; the same failure is told differently.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// The registry or a listing.
    Listing,
    /// A blob.
    Blob,
    /// A manifest or a tag.
    Manifest,
    /// An upload into this repository.
    Upload(&'a RepositoryName),
}

impl About<'_> {
    /// What to answer when the engine says this.
    pub(crate) fn refuse(self, error: Error) -> Refusal {
        match status(&error) {
            Some(StatusCode::METHOD_NOT_ALLOWED) => {
                let allow = if matches!(self, Self::Manifest) { "GET, HEAD, PUT" } else { "GET, HEAD" };
                Refusal::not_allowed(allow, message(&error))
            }
            Some(status) => self.tell(status, error),
            None => self.fail(error),
        }
    }

    /// The client can do something about it.
    fn tell(self, status: StatusCode, error: Error) -> Refusal {
        let code = error.code();
        let refusal = Refusal::new(status, code, message(&error));
        match (error, self) {
            (Error::MissingContent { digests }, _) => {
                Refusal::several(status, digests.iter().map(missing).collect())
            }
            (Error::OutOfOrder { status }, Self::Upload(name)) => refusal.with_all(position(name, &status)),
            (Error::ConditionFailed { current: Some(digest) }, _) => {
                refusal.with_all(Reply::new(status).with_text(ETAG, entity_tag(&digest)).into_headers())
            }
            (Error::Busy, _) => refusal.with(RETRY_AFTER, HeaderValue::from(1)),
            (Error::TooManyUploads { .. }, _) => refusal.with(RETRY_AFTER, HeaderValue::from(10)),
            (Error::Interrupted { source }, _) if source.is::<TooSlow>() => Refusal::slow_body(code),
            _ => refusal,
        }
    }

    /// Nobody but the operator can do anything about it: the cause goes to the log.
    fn fail(self, error: Error) -> Refusal {
        let unavailable = |status, message: &str| Refusal::new(status, ErrorCode::Unavailable, message);
        tracing::error!(error = %chain(&error), about = ?self, "a request failed");
        match (error, self) {
            (Error::Full { .. }, _) => {
                unavailable(StatusCode::INSUFFICIENT_STORAGE, "no space is left in the registry")
            }
            (Error::Unavailable { retry_after, .. }, _) => {
                let seconds = retry_after.map_or(1, |wait| wait.as_secs().max(1));
                unavailable(StatusCode::SERVICE_UNAVAILABLE, "the registry is unavailable")
                    .with(RETRY_AFTER, seconds.into())
            }
            // What cannot be served whole is not there; pushing it again brings it back.
            (Error::Corrupt { .. }, Self::Blob) => {
                Refusal::new(StatusCode::NOT_FOUND, ErrorCode::BlobUnknown, "the blob is unknown")
            }
            (Error::Corrupt { .. }, Self::Manifest) => {
                Refusal::new(StatusCode::NOT_FOUND, ErrorCode::ManifestUnknown, "the manifest is unknown")
            }
            _ => Refusal::internal(),
        }
    }
}

/// The headers that tell a client where an upload stands.
pub(crate) fn position(name: &RepositoryName, status: &UploadStatus) -> HeaderMap {
    Reply::new(StatusCode::ACCEPTED).with_upload(name, status).into_headers()
}

/// The status for what a client can do something about; `None` for what it cannot.
fn status(error: &Error) -> Option<StatusCode> {
    Some(match error {
        Error::RepositoryUnknown
        | Error::BlobUnknown { .. }
        | Error::ManifestUnknown { .. }
        | Error::UploadUnknown { .. }
        | Error::HistoryUnknown { .. }
        | Error::NothingThen { .. } => StatusCode::NOT_FOUND,
        Error::MissingContent { .. }
        | Error::InvalidManifest(_)
        | Error::InvalidInput(_)
        | Error::DigestMismatch { .. }
        | Error::SizeMismatch { .. }
        | Error::Unsupported { .. }
        | Error::Interrupted { .. } => StatusCode::BAD_REQUEST,
        Error::OutOfOrder { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::TooManyTags { .. } => StatusCode::URI_TOO_LONG,
        Error::ConditionFailed { .. } => StatusCode::PRECONDITION_FAILED,
        Error::InUse { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Error::Busy => StatusCode::CONFLICT,
        Error::TooManyUploads { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => return None,
    })
}

/// A sentence for the client. The causes of input errors quote nothing but the input.
fn message(error: &Error) -> String {
    match error {
        Error::InvalidManifest(cause) | Error::InvalidInput(cause) => cause.to_string(),
        error => error.to_string(),
    }
}

fn missing(digest: &AnyDigest) -> ErrorEntry {
    let detail = serde_json::json!({ "digest": digest });
    ErrorEntry::new(ErrorCode::ManifestBlobUnknown, format!("{digest} is unknown to the repository"))
        .with_detail(detail)
}
