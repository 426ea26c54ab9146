//! Labels. Each has a handful of values, none of which a client can make up.

use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::histogram::Histogram;
use registry_storage::Error;

use crate::observe::Finished;

/// One kind of request and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    handler: &'static str,
    method: &'static str,
    code: u32,
}

impl Request {
    pub(super) fn of(request: &Finished<'_>) -> Self {
        Self { handler: request.handler, method: method(request.method), code: code(request) }
    }
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Endpoint {
    handler: &'static str,
    method: &'static str,
}

impl Endpoint {
    pub(super) fn of(request: &Finished<'_>) -> Self {
        Self { handler: request.handler, method: method(request.method) }
    }
}

/// The endpoint of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Handler {
    pub(super) handler: &'static str,
}

/// Method and status of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CodeMethod {
    code: u32,
    method: &'static str,
}

impl CodeMethod {
    pub(super) fn of(request: &Finished<'_>) -> Self {
        Self { code: code(request), method: method(request.method) }
    }
}

/// The method of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct MethodOnly {
    method: &'static str,
}

impl MethodOnly {
    pub(super) fn of(request: &Finished<'_>) -> Self {
        Self { method: method(request.method) }
    }
}

/// The code in the body of an error.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Code {
    pub(super) code: &'static str,
}

/// A limit by the name of its setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Limit {
    pub(super) limit: &'static str,
}

/// A method of a store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Action {
    pub(super) store: &'static str,
    pub(super) action: &'static str,
}

/// How a call of a store failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Failure {
    pub(super) store: &'static str,
    pub(super) action: &'static str,
    pub(super) error: &'static str,
}

/// A webhook by name; the operator chose it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Webhook {
    pub(super) webhook: String,
}

/// A job by name; the program chose it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Job {
    pub(super) job: String,
}

/// The buckets of a duration in seconds.
pub(super) fn durations() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
    ])
}

/// The buckets of a duration of a store in seconds.
pub(super) fn short_durations() -> Histogram {
    Histogram::new([
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
    ])
}

/// The buckets of a size in bytes.
pub(super) fn sizes() -> Histogram {
    Histogram::new([
        0.0,
        1024.0,
        16_384.0,
        262_144.0,
        4_194_304.0,
        67_108_864.0,
        1_073_741_824.0,
        17_179_869_184.0,
    ])
}

/// The status; 0 where there was none.
pub(super) fn code(request: &Finished<'_>) -> u32 {
    request.status.map_or(0, |status| status.as_u16().into())
}

/// The method by its name, as long as it is one that registries know.
pub(super) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// What kind of failure it is, in a word.
pub(super) const fn error(error: &Error) -> &'static str {
    match error {
        Error::NotFound { .. } => "not_found",
        Error::Conflict { .. } => "conflict",
        Error::Invalid { .. } => "invalid",
        Error::Corrupt { .. } => "corrupt",
        Error::Unsupported { .. } => "unsupported",
        Error::Full { .. } => "full",
        Error::Unavailable { .. } => "unavailable",
        _ => "internal",
    }
}
