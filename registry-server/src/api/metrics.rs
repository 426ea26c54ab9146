//! `GET /metrics`: what was measured.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::body::Body;
use crate::error::Refusal;
use crate::observe::Exposition;
use crate::respond::Reply;
use crate::route::RouteError;
use crate::server::Shared;

/// Everything that was measured, where something is.
pub(crate) async fn metrics(shared: &Shared, exposition: Option<&dyn Exposition>) -> Result<Reply, Refusal> {
    let exposition = exposition.ok_or(RouteError::NotFound)?;
    let text = exposition.expose(&shared.facts().await);
    Ok(Reply::new(StatusCode::OK)
        .with(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"))
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with_body(Body::full(text.into())))
}
