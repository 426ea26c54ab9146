//! What can be asked about the health of a server, and the answer.

use http::header::CACHE_CONTROL;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use super::check::Check;
use crate::error::Refusal;
use crate::respond::Reply;
use crate::server::Shared;

/// A question about the health of the server. Everybody may ask it, since whoever must decide where to send requests
/// has no credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Does the process answer?
    Live,
    /// Is it to be given requests?
    Ready,
    /// Can it store, read and delete?
    RoundTrip,
}

impl Probe {
    /// What such requests are called in measurements and logs.
    pub(crate) const HANDLER: &'static str = "health";

    /// The question that a path on the address of the registry asks.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            "/livez" => Some(Self::Live),
            "/readyz" => Some(Self::Ready),
            _ => None,
        }
    }

    /// The question that a path on an admin address asks.
    pub(crate) fn of_admin(path: &str, query: Option<&str>) -> Option<Self> {
        match (path, query) {
            ("/healthz", Some("deep=1")) => Some(Self::RoundTrip),
            ("/healthz", _) => Some(Self::Ready),
            _ => Self::of(path),
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// When the method is not one that asks.
    pub(crate) async fn answer(self, shared: &Shared, method: &Method) -> Result<Reply, Refusal> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(Refusal::not_allowed("GET, HEAD", "the method is not allowed here"));
        }
        let (health, registry) = (&shared.health, &shared.registry);
        let draining = shared.is_draining();
        let checks = match self {
            Self::Live => Vec::new(),
            Self::Ready => health.readiness(registry, draining).await,
            Self::RoundTrip => health.round_trip(registry).await,
        };
        let ok = checks.iter().all(Check::is_ok);
        let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        Ok(Reply::new(status)
            .with_json(&json!({ "ok": ok, "checks": checks }))
            .with(CACHE_CONTROL, HeaderValue::from_static("no-store")))
    }
}
