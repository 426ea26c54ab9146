//! The JSON body of an error response.

use serde::{Deserialize, Serialize};

use super::ErrorCode;

/// The body of every 4xx and 5xx response: `{"errors":[{"code","message","detail"}]}` (distribution-spec, "Error Codes").
///
/// ```
/// use registry_core::{ErrorBody, ErrorCode};
///
/// let body = ErrorBody::new(ErrorCode::NameUnknown, "no such repository");
/// let json = serde_json::to_string(&body).expect("it has no maps with odd keys");
/// assert_eq!(json, r#"{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorBody {
    /// One entry per thing that is wrong; never empty.
    pub errors: Vec<ErrorEntry>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// Which kind of thing.
    pub code: ErrorCode,
    /// A sentence for a person.
    #[serde(default)]
    pub message: String,
    /// Facts for a program, free in form; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

impl ErrorBody {
    /// A body with one entry and no detail.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { errors: vec![ErrorEntry::new(code, message)] }
    }
}

impl From<Vec<ErrorEntry>> for ErrorBody {
    fn from(errors: Vec<ErrorEntry>) -> Self {
        Self { errors }
    }
}

impl ErrorEntry {
    /// An entry without detail.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// The same entry with facts for a program.
    #[must_use]
    pub fn with_detail(self, detail: serde_json::Value) -> Self {
        Self { detail: Some(detail), ..self }
    }
}
