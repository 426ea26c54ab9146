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
            Some(fault) if is_full(fault) => Error::Full { source: error.into() },
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

/// The error of a request of our own that was for `context`.
#[cfg(feature = "azure")]
pub(super) fn faulty(context: &'static str, fault: Fault) -> Error {
    let refused = [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED];
    match &fault {
        Fault::Status { status, .. } if refused.contains(status) => {
            let source = object_store::Error::PermissionDenied { path: String::new(), source: fault.into() };
            failed(context, "location", source)
        }
        fault if is_full(fault) => Error::Full { source: context.into() },
        _ if fault.may_pass() => {
            Error::Unavailable { retry_after: fault.retry_after(), source: fault.into() }
        }
        _ => Error::internal(context, fault),
    }
}

/// Whether the service has no more room, or gives no more.
fn is_full(fault: &Fault) -> bool {
    let codes =
        ["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"];
    match fault {
        Fault::Status { status: StatusCode::INSUFFICIENT_STORAGE, .. } => true,
        Fault::Status { code, .. } => codes.contains(&code.as_str()),
        Fault::Timeout(_) | Fault::Connection { .. } => false,
    }
}

/// Whether it is the bucket that is missing. The text is that of the answer.
fn names_bucket(source: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(source);
    while let Some(error) = next {
        let text = error.to_string();
        if ["NoSuchBucket", "ContainerNotFound"].iter().any(|code| text.contains(&format!("<Code>{code}<"))) {
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
