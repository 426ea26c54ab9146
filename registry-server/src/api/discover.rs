//! `GET /v2/_oci/ext/discover`: which extensions are there? Every list of them begins with this very one.

use http::StatusCode;
use serde_json::json;

use crate::respond::Reply;

/// The extensions that are served.
pub(super) fn discover() -> Reply {
    let own = json!({
        "name": "_oci",
        "description": "extensions of this registry",
        "url": "https://github.com/opencontainers/distribution-spec/blob/main/extensions/_oci.md",
        "endpoints": ["_oci/ext/discover"],
    });
    Reply::new(StatusCode::OK).with_json(&json!({ "extensions": [own] }))
}
