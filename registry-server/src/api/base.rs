//! `GET /v2/`: is this a registry (end-1)?

use http::StatusCode;

use crate::respond::Reply;

/// Yes.
pub(super) fn base() -> Reply {
    Reply::new(StatusCode::OK).with_json(&serde_json::json!({}))
}
