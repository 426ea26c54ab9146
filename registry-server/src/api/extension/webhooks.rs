//! `GET /v2/_registry/webhooks/status`: how the webhooks are doing.

use http::StatusCode;
use serde_json::json;

use crate::api::Call;
use crate::error::Refusal;
use crate::respond::Reply;

/// The endpoints that events are delivered to, and how far each is.
#[allow(clippy::unused_async)]
pub(crate) async fn webhook_status(_: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::new(StatusCode::OK).with_json(&json!({ "webhooks": [] })))
}
