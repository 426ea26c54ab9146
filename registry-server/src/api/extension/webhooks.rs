//! `GET /v2/_registry/webhooks/status`: how the webhooks are doing.

use http::StatusCode;
use registry_engine::delivery::EndpointStatus;
use serde_json::{Value, json};

use crate::api::Call;
use crate::error::{About, Refusal};
use crate::respond::Reply;

/// The endpoints that events are delivered to, and how far each is.
pub(crate) async fn webhook_status(call: &Call<'_>) -> Result<Reply, Refusal> {
    let endpoints = match &call.shared.deliveries {
        Some(deliveries) => deliveries.status().await.map_err(|e| About::Listing.refuse(e))?,
        None => Vec::new(),
    };
    let endpoints: Vec<Value> = endpoints.iter().map(tell).collect();
    Ok(Reply::new(StatusCode::OK).with_json(&json!({ "webhooks": endpoints })))
}

fn tell(status: &EndpointStatus) -> Value {
    json!({
        "name": status.name,
        "url": status.place,
        "state": status.state.as_str(),
        "cursor": status.cursor,
        "lag": status.lag,
        "delivered": status.delivered,
        "failures": status.failures,
        "last_error": status.last_error,
        "next_try": status.next_try.map(|time| time.to_string()),
    })
}
