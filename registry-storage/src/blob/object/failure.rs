//! What a failure means to the caller.

use http::StatusCode;
use object_store::Error as ObjectError;
use object_store::client::{HttpError, HttpErrorKind};

use super::transport::Fault;
use crate::Error;

/// The error of a request that was for `context`. What is not there is `missing`.
pub(super) fn failed(context: &'static str, missing: &'static str, error: ObjectError) -> Error {
    match &error {
        ObjectError::NotFound { source, .. } if names_bucket(source.as_ref()) => {
            Error::internal(context, Refused { reason: "there is no such bucket", source: error })
        }
        ObjectError::NotFound { .. } => Error::NotFound { what: missing },
        ObjectError::PermissionDenied { .. } | ObjectError::Unauthenticated { .. } => {
            let reason = "the service refused: check the credentials, what they allow, and the clock";
            Error::internal(context, Refused { reason, source: error })
        }
        _ => match Fault::behind(&error) {
            Some(Fault::Status { status: StatusCode::INSUFFICIENT_STORAGE, .. }) => {
                Error::Full { source: error.into() }
            }
            Some(Fault::Status { code, .. }) if is_full(code) => Error::Full { source: error.into() },
            Some(fault) if fault.may_pass() => {
                Error::Unavailable { retry_after: fault.retry_after(), source: error.into() }
            }
            None if is_broken(&error) => Error::Unavailable { retry_after: None, source: error.into() },
            _ => Error::internal(context, error),
        },
    }
}

/// Whether a body broke off, which nobody but its reader hears of.
fn is_broken(error: &ObjectError) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return !matches!(error.kind(), HttpErrorKind::Decode);
        }
        next = error.source();
    }
    false
}

/// Codes of services that have no more room, or give no more.
fn is_full(code: &str) -> bool {
    ["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"]
        .contains(&code)
}

/// Whether it is the bucket that is missing. The text is that of the answer.
fn names_bucket(source: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(source);
    while let Some(error) = next {
        if error.to_string().contains("<Code>NoSuchBucket</Code>") {
            return true;
        }
        next = error.source();
    }
    false
}

/// A refusal in words for the log.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
struct Refused {
    reason: &'static str,
    source: ObjectError,
}
