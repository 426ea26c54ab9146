//! Requests and connections.

use std::sync::OnceLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::handles::Handles;
use super::labels::{self, Code, Endpoint, Handler, Limit, Request, durations};
use crate::observe::Finished;

/// What is counted of requests and connections.
#[derive(Debug)]
pub(super) struct HttpMetrics {
    known: Handles<Series>,
    requests: Family<Request, Counter>,
    durations: Family<Endpoint, Histogram>,
    in_flight: Gauge,
    received: Family<Handler, Counter>,
    sent: Family<Handler, Counter>,
    incomplete: Family<Handler, Counter>,
    errors: Family<Code, Counter>,
    limited: Family<Limit, Counter>,
    connections: Gauge,
    accepted: Counter,
}

/// What is counted of one kind of request that ended in one way.
#[derive(Debug)]
struct Series {
    requests: Counter,
    durations: Histogram,
    received: OnceLock<Counter>,
    sent: OnceLock<Counter>,
}

impl HttpMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            known: Handles::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            in_flight: Gauge::default(),
            received: Family::default(),
            sent: Family::default(),
            incomplete: Family::default(),
            errors: Family::default(),
            limited: Family::default(),
            connections: Gauge::default(),
            accepted: Counter::default(),
        };
        let name = "registry_http_requests";
        registry.register(
            name,
            "Requests that are over, by status; 0 when there was none",
            new.requests.clone(),
        );
        let name = "registry_http_request_duration_seconds";
        registry.register(name, "From the head of a request to the end of its answer", new.durations.clone());
        let name = "registry_http_in_flight_requests";
        registry.register(name, "Requests that are not over", new.in_flight.clone());
        let name = "registry_http_received_bytes";
        registry.register(name, "Bytes of the bodies of requests", new.received.clone());
        let name = "registry_http_sent_bytes";
        registry.register(name, "Bytes of the bodies of answers", new.sent.clone());
        let name = "registry_http_incomplete_responses";
        registry.register(name, "Answers that did not reach their end", new.incomplete.clone());
        let name = "registry_http_errors";
        registry.register(name, "Refused requests by the code of the error", new.errors.clone());
        let name = "registry_http_limited";
        registry.register(name, "Requests and connections refused for a limit", new.limited.clone());
        let name = "registry_http_connections";
        registry.register(name, "Open connections", new.connections.clone());
        let name = "registry_http_connections_accepted";
        registry.register(name, "Connections that were accepted", new.accepted.clone());
        new
    }

    pub(super) fn begun(&self) {
        self.in_flight.inc();
    }

    pub(super) fn finished(&self, request: &Finished<'_>) {
        let handler = Handler { handler: request.handler };
        self.in_flight.dec();
        let series = || Series {
            requests: self.requests.get_or_create_owned(&Request::of(request)),
            durations: self.durations.get_or_create_owned(&Endpoint::of(request)),
            received: OnceLock::new(),
            sent: OnceLock::new(),
        };
        let words = [request.handler, labels::method(request.method)];
        self.known.with(words, labels::code(request), series, |series| {
            series.requests.inc();
            series.durations.observe(request.duration.as_secs_f64());
            // Where there never were any bytes nothing is told of them.
            let of = |family: &Family<Handler, Counter>| family.get_or_create_owned(&handler);
            if request.bytes_in > 0 {
                series.received.get_or_init(|| of(&self.received)).inc_by(request.bytes_in);
            }
            if request.bytes_out > 0 {
                series.sent.get_or_init(|| of(&self.sent)).inc_by(request.bytes_out);
            }
        });
        if !request.complete {
            self.incomplete.get_or_create(&handler).inc();
        }
        if let Some(code) = request.code {
            self.errors.get_or_create(&Code { code: code.as_str() }).inc();
        }
    }

    pub(super) fn connected(&self) {
        self.connections.inc();
        self.accepted.inc();
    }

    pub(super) fn disconnected(&self) {
        self.connections.dec();
    }

    pub(super) fn limited(&self, limit: &'static str) {
        self.limited.get_or_create(&Limit { limit }).inc();
    }
}
