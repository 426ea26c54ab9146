//! The names of CNCF distribution that are not ours anyway. Ours are `registry_http_requests_total`,
//! `registry_http_request_duration_seconds` and `registry_http_in_flight_requests`.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use registry_storage::StoreCall;

use crate::observe::metrics::handles::Handles;
use crate::observe::metrics::labels::{Handler, short_durations, sizes};
use crate::observe::{Facts, Finished};

#[derive(Debug)]
pub(super) struct Distribution {
    known_sizes: Handles<(Histogram, Histogram)>,
    known_actions: Handles<Histogram>,
    request_sizes: Family<Handler, Histogram>,
    response_sizes: Family<Handler, Histogram>,
    actions: Family<Action, Histogram>,
    pending: Gauge<u64, AtomicU64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Action {
    driver: &'static str,
    action: &'static str,
}

impl Distribution {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            known_sizes: Handles::default(),
            known_actions: Handles::default(),
            request_sizes: Family::new_with_constructor(sizes),
            response_sizes: Family::new_with_constructor(sizes),
            actions: Family::new_with_constructor(short_durations),
            pending: Gauge::default(),
        };
        let name = "registry_http_request_size_bytes";
        registry.register(name, "Bytes of the body of a request", new.request_sizes.clone());
        let name = "registry_http_response_size_bytes";
        registry.register(name, "Bytes of the body of an answer", new.response_sizes.clone());
        let name = "registry_storage_action_seconds";
        registry.register(name, "How long calls of the blob store took", new.actions.clone());
        let name = "registry_notifications_pending";
        registry.register(name, "Events that lie before the webhooks, all together", new.pending.clone());
        new
    }

    pub(super) fn finished(&self, request: &Finished<'_>) {
        let handler = Handler { handler: request.handler };
        let found = || {
            let of = |family: &Family<Handler, Histogram>| family.get_or_create_owned(&handler);
            (of(&self.request_sizes), of(&self.response_sizes))
        };
        self.known_sizes.with([request.handler, ""], 0, found, |(received, sent)| {
            received.observe(as_f64(request.bytes_in));
            sent.observe(as_f64(request.bytes_out));
        });
    }

    pub(super) fn called(&self, call: &StoreCall<'_>) {
        if let Some(action) = action(call.action).filter(|_| call.store == "blob") {
            let labels = Action { driver: "blob", action };
            let found = || self.actions.get_or_create_owned(&labels);
            let seconds = call.duration.as_secs_f64();
            self.known_actions.with([call.store, action], 0, found, |actions| actions.observe(seconds));
        }
    }

    pub(super) fn set(&self, facts: &Facts) {
        self.pending.set(facts.webhooks.iter().map(|webhook| webhook.lag).sum());
    }
}

/// What distribution calls the action of its storage driver that comes nearest.
fn action(ours: &str) -> Option<&'static str> {
    Some(match ours {
        "append" => "Writer",
        "commit" => "Move",
        "read" => "Reader",
        "probe" => "Stat",
        "delete" | "abort" => "Delete",
        "list" => "List",
        "direct_url" => "URLFor",
        _ => return None,
    })
}

/// Sizes beyond 2^53 bytes lose their last digits, which no bucket sees.
#[allow(clippy::cast_precision_loss)]
pub(super) fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}
