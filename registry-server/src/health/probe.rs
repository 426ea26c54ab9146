//! What can be asked about the health of a server, and the answer.

use std::time::UNIX_EPOCH;

use http::header::CACHE_CONTROL;
use http::{HeaderValue, Method, StatusCode};
use registry_core::Timestamp;
use serde_json::{Value, json};

use super::check::Check;
use crate::error::Refusal;
use crate::observe::ConfigurationFacts;
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
    /// The same, with what only its operator is told.
    Operator,
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
            ("/healthz", _) => Some(Self::Operator),
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
            Self::Ready | Self::Operator => health.readiness(registry, draining).await,
            Self::RoundTrip => health.round_trip(registry).await,
        };
        let ok = checks.iter().all(Check::is_ok);
        let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let mut body = json!({ "ok": ok, "checks": checks });
        if let (Self::Operator, Some(facts)) = (self, &*shared.configuration.load()) {
            body["configuration"] = tell(facts);
        }
        Ok(Reply::new(status).with_json(&body).with(CACHE_CONTROL, HeaderValue::from_static("no-store")))
    }
}

/// How the configuration stands. What is wrong with it, which may quote it, is told by the log alone.
fn tell(facts: &ConfigurationFacts) -> Value {
    let seconds = facts.read.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    json!({
        "last_reload_success": facts.success,
        "last_reload": Timestamp::from_micros(seconds.saturating_mul(1_000_000)).to_string(),
        "restart_needed": facts.restart_needed,
    })
}
