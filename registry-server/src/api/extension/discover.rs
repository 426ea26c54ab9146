//! `_oci/ext/discover`: which extensions are there? Every list of them begins with this very one.

use http::StatusCode;
use serde_json::json;

use crate::api::Call;
use crate::respond::Reply;

/// Where the extensions of this registry are described, within its documentation.
const DESCRIBED: &str = "docs/src/http-api.md";

/// The extensions that are served, of a repository or of the registry as a whole. Endpoints follow `/v2/` and, for a
/// repository, its name.
pub(crate) fn discover(call: &Call<'_>, of_repository: bool) -> Reply {
    let own = json!({
        "name": "_oci",
        "description": "extensions of this registry",
        "url": "https://github.com/opencontainers/distribution-spec/blob/main/extensions/_oci.md",
        "endpoints": ["_oci/ext/discover"],
    });
    let mut ours = if of_repository { of_one() } else { of_all() };
    if !call.shared.event_log {
        ours.1.retain(|endpoint| !endpoint.contains("/events/"));
    }
    let ours = json!({
        "name": "_registry",
        "description": ours.0,
        "url": DESCRIBED,
        "endpoints": ours.1,
    });
    Reply::new(StatusCode::OK).with_json(&json!({ "extensions": [own, ours] }))
}

fn of_all() -> (&'static str, Vec<&'static str>) {
    ("the log of events and its deliveries", vec!["_registry/events/log", "_registry/webhooks/status"])
}

fn of_one() -> (&'static str, Vec<&'static str>) {
    (
        "the log of events, and the history of tags",
        vec!["_registry/events/log", "_registry/tags/history", "_registry/tags/restore"],
    )
}
