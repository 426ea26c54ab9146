//! Spans in the JSON encoding of OTLP: ids in hexadecimal, 64-bit numbers as text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::observe::Finished;
use crate::observe::escaped::Escaped;

/// The kind of a span of a server.
const SERVER: u32 = 2;
/// The status of a span whose request failed for a fault of the server.
const ERROR: u32 = 2;

/// The span of a request, named and described by the conventions for HTTP servers.
pub(super) fn span(request: &Finished<'_>) -> Value {
    let method = Escaped::new(request.method.as_str().as_bytes(), 32).to_string();
    let failed = request.status.is_none_or(|status| status.is_server_error());
    let mut span = json!({
        "traceId": request.trace.trace_id().to_string(),
        "spanId": request.trace.span_id().to_string(),
        "name": format!("{method} {}", request.handler),
        "kind": SERVER,
        "startTimeUnixNano": nanoseconds(request.began),
        "endTimeUnixNano": nanoseconds(request.began + request.duration),
        "attributes": attributes(request, method),
        "status": if failed { json!({ "code": ERROR }) } else { json!({}) },
    });
    if let Some(parent) = request.trace.parent_id {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    span
}

fn attributes(request: &Finished<'_>, method: String) -> Vec<Value> {
    let mut all = vec![
        text("http.request.method", method),
        text("http.route", request.handler.to_owned()),
        text("url.path", Escaped::new(request.path.as_bytes(), 512).to_string()),
        number("http.request.body.size", request.bytes_in),
        number("http.response.body.size", request.bytes_out),
        text("registry.request_id", request.id.to_string()),
    ];
    all.extend(request.status.map(|status| number("http.response.status_code", status.as_u16().into())));
    all.extend(request.code.map(|code| text("registry.error_code", code.to_string())));
    all.extend(request.repository.map(|name| text("registry.repository", name.to_string())));
    all.extend(request.remote.map(|remote| text("client.address", remote.ip().to_string())));
    let user_agent = request.user_agent.map(|value| Escaped::new(value.as_bytes(), 256).to_string());
    all.extend(user_agent.map(|value| text("user_agent.original", value)));
    all
}

/// What a collector is sent: spans with what made them.
pub(super) fn request(resource: &[(String, String)], spans: &[Value]) -> Value {
    let resource: Vec<Value> = resource.iter().map(|(key, value)| text(key, value.clone())).collect();
    let scope = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": scope, "spans": spans }],
    }] })
}

fn text(key: &str, value: String) -> Value {
    let value = Value::from(value);
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

fn nanoseconds(at: SystemTime) -> String {
    at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos().to_string()
}
