//! What a request that means no endpoint is answered.

use http::StatusCode;
use registry_core::ErrorCode;

use super::Refusal;
use crate::route::{Intent, RouteError};

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Self {
        let bad = |code, message: String| Self::new(StatusCode::BAD_REQUEST, code, message);
        let absent = |code, message: String| Self::new(StatusCode::NOT_FOUND, code, message);
        let text = error.to_string();
        match error {
            RouteError::NotFound => absent(ErrorCode::Unsupported, text),
            RouteError::MethodNotAllowed { allow } => Self::not_allowed(allow, text),
            RouteError::Name { intent: Intent::Find, source } => {
                absent(ErrorCode::NameInvalid, source.to_string())
            }
            RouteError::Name { intent: Intent::Write, source } => {
                bad(ErrorCode::NameInvalid, source.to_string())
            }
            RouteError::Tag { intent: Intent::Find, source } => {
                absent(ErrorCode::ManifestUnknown, source.to_string())
            }
            RouteError::Tag { intent: Intent::Write, source } => {
                bad(ErrorCode::ManifestInvalid, source.to_string())
            }
            RouteError::Digest { source } => bad(ErrorCode::DigestInvalid, source.to_string()),
            RouteError::DigestMissing => bad(ErrorCode::DigestInvalid, text),
            RouteError::Algorithm { source } => bad(ErrorCode::Unsupported, source.to_string()),
            RouteError::BlobUnknown => absent(ErrorCode::BlobUnknown, text),
            RouteError::ManifestUnknown => absent(ErrorCode::ManifestUnknown, text),
            RouteError::UploadUnknown => absent(ErrorCode::BlobUploadUnknown, text),
            RouteError::TagsBesideTag | RouteError::Parameter { .. } => bad(ErrorCode::Unsupported, text),
        }
    }
}
