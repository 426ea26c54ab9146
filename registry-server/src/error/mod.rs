//! The one place that turns what went wrong into a status and a body.
//!
//! Clients learn what they did wrong and nothing of what happens inside: texts of stores, paths and the like go to the
//! log alone.

mod auth;
mod chain;
mod engine;
mod raw;
mod route;
mod wire;

use http::header::{ALLOW, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use registry_core::{Digest, ErrorBody, ErrorCode, ErrorEntry};
use serde_json::{Map, Value};

use crate::observe::RequestId;
use crate::respond::Reply;

pub(crate) use chain::chain;
pub(crate) use engine::{About, position};

/// A request is not done: the status to send, what is wrong, and the headers that go with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: ErrorBody,
    headers: HeaderMap,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, body: ErrorBody::new(code, message), headers: HeaderMap::new() }
    }

    /// A refusal with an entry for each thing that is wrong.
    fn several(status: StatusCode, entries: Vec<ErrorEntry>) -> Self {
        Self { status, body: entries.into(), headers: HeaderMap::new() }
    }

    /// A header is malformed.
    pub(crate) fn bad_header(name: &str, reason: &str) -> Self {
        let message = format!("invalid header {name}: {reason}");
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Unsupported, message)
    }

    /// The method is not offered for this; `allow` names those that are.
    pub(crate) fn not_allowed(allow: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Unsupported, message)
            .with(ALLOW, HeaderValue::from_static(allow))
    }

    /// A fault of ours, whose cause was logged.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Unknown, "the registry failed")
    }

    /// A read wants other content than what is there.
    pub(crate) fn other_content(digest: &Digest) -> Self {
        let message = "the content is not the one that If-Match names";
        Self::new(StatusCode::PRECONDITION_FAILED, ErrorCode::Unsupported, message)
            .with_all(Reply::new(StatusCode::PRECONDITION_FAILED).with_content(digest).into_headers())
    }

    /// The code of the first thing that is wrong.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        self.body.errors.first().map(|entry| entry.code)
    }

    /// The same refusal, which names the request in the detail of each entry.
    pub(crate) fn identified(mut self, id: &RequestId) -> Self {
        for entry in &mut self.body.errors {
            let detail = entry.detail.get_or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(detail) = detail {
                detail.insert("request_id".to_owned(), id.as_str().into());
            }
        }
        self
    }

    /// The same refusal with a header.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same refusal with the headers of a reply.
    pub(crate) fn with_all(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status).with_all(refusal.headers).with_json(&refusal.body)
    }
}
