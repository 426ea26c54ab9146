//! The names of the image registry of OpenShift. Where it has summaries there are histograms here: sums and counts are
//! the same, quantiles are computed from the buckets.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use registry_storage::{Error, StoreCall};

use super::distribution::as_f64;
use crate::observe::Finished;
use crate::observe::metrics::labels::{CodeMethod, MethodOnly, durations, short_durations, sizes};

#[derive(Debug)]
pub(super) struct OpenShift {
    in_flight: Gauge,
    requests: Family<CodeMethod, Counter>,
    durations: Family<MethodOnly, Histogram>,
    operations: Family<Operation, Histogram>,
    request_sizes: Histogram,
    response_sizes: Histogram,
    heads: Histogram,
    storage: Family<Operation, Histogram>,
    errors: Family<Failure, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    operation: String,
    code: &'static str,
}

impl OpenShift {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            in_flight: Gauge::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            operations: Family::new_with_constructor(durations),
            request_sizes: sizes(),
            response_sizes: sizes(),
            heads: durations(),
            storage: Family::new_with_constructor(short_durations),
            errors: Family::default(),
        };
        let name = "imageregistry_http_in_flight_requests";
        registry.register(name, "Requests that are not over", new.in_flight.clone());
        let name = "imageregistry_http_requests";
        registry.register(name, "Requests that are over", new.requests.clone());
        let name = "imageregistry_http_request_duration_seconds";
        registry.register(name, "From the head of a request to the end of its answer", new.durations.clone());
        let name = "imageregistry_request_duration_seconds";
        registry.register(name, "The same by endpoint and method", new.operations.clone());
        let name = "imageregistry_http_request_size_bytes";
        registry.register(name, "Bytes of the body of a request", new.request_sizes.clone());
        let name = "imageregistry_http_response_size_bytes";
        registry.register(name, "Bytes of the body of an answer", new.response_sizes.clone());
        let name = "imageregistry_http_time_to_write_header_seconds";
        registry.register(name, "From the head of a request to the head of its answer", new.heads.clone());
        let name = "imageregistry_storage_duration_seconds";
        registry.register(name, "How long calls of the blob store took", new.storage.clone());
        let name = "imageregistry_storage_errors";
        registry.register(name, "Calls of the blob store that failed", new.errors.clone());
        new
    }

    pub(super) fn begun(&self) {
        self.in_flight.inc();
    }

    pub(super) fn finished(&self, request: &Finished<'_>) {
        let seconds = request.duration.as_secs_f64();
        self.in_flight.dec();
        self.requests.get_or_create(&CodeMethod::of(request)).inc();
        self.durations.get_or_create(&MethodOnly::of(request)).observe(seconds);
        let operation = request.handler.to_owned();
        self.operations.get_or_create(&Operation { operation }).observe(seconds);
        self.request_sizes.observe(as_f64(request.bytes_in));
        self.response_sizes.observe(as_f64(request.bytes_out));
        self.heads.observe(request.waited.as_secs_f64());
    }

    pub(super) fn called(&self, call: &StoreCall<'_>) {
        if call.store != "blob" {
            return;
        }
        let operation = format!("StorageDriver.{}", call.action);
        if let Some(error) = call.error {
            let labels = Failure { operation: operation.clone(), code: code(error) };
            self.errors.get_or_create(&labels).inc();
        }
        self.storage.get_or_create(&Operation { operation }).observe(call.duration.as_secs_f64());
    }
}

/// The code under which OpenShift counts such a failure.
const fn code(error: &Error) -> &'static str {
    match error {
        Error::NotFound { .. } => "PATH_NOT_FOUND",
        Error::Invalid { .. } => "INVALID_OFFSET",
        Error::Full { .. } => "DEVICE_OUT_OF_SPACE",
        _ => "UNKNOWN",
    }
}
