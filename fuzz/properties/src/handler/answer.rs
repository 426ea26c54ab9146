//! What comes back.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use registry_core::Digest;
use serde_json::Value;

/// A response that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// It answers a `GET`.
    pub(crate) reads: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are visible ASCII"))
    }

    /// The codes of an error body.
    pub(crate) fn codes(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let entries = body["errors"].as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry["code"].as_str().map(str::to_owned)).collect()
    }

    /// What holds of every response to a request that is not `HEAD`.
    pub(crate) fn check(&self, about: &str) {
        assert!(!self.status.is_server_error(), "{about}: {} {}", self.status, self.body.escape_ascii());
        assert_eq!(self.header("docker-distribution-api-version"), Some("registry/2.0"), "{about}");
        if let Some(length) = self.header("content-length") {
            assert_eq!(length, self.body.len().to_string(), "{about}");
        }
        if self.status.is_client_error() {
            self.check_error(about);
        } else if self.reads
            && self.status == StatusCode::OK
            && let Some(digest) = self.header("docker-content-digest")
        {
            let digest: Digest = digest.parse().expect("it is a digest");
            assert_eq!(Digest::of(digest.algorithm(), &self.body), digest, "{about}");
        }
    }

    /// `{"errors": [{"code": …, "message": …, "detail": …}]}` (distribution-spec, "Error Codes").
    fn check_error(&self, about: &str) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{about}");
        let body: Value = serde_json::from_slice(&self.body).expect("an error body is JSON");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{about}: {body}");
        let entries = body["errors"].as_array().expect("a list");
        assert!(!entries.is_empty(), "{about}: {body}");
        for entry in entries {
            let code = entry["code"].as_str().expect("each has a code");
            assert!(code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{about}: {code}");
            assert!(entry["message"].as_str().is_some_and(|text| !text.is_empty()), "{about}: {body}");
            let members = entry.as_object().expect("an object");
            assert!(
                members.keys().all(|key| ["code", "message", "detail"].contains(&key.as_str())),
                "{body}"
            );
        }
    }
}
