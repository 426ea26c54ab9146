//! Calls of the stores.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use registry_storage::StoreCall;

use super::handles::Handles;
use super::labels::{self, Action, Failure, short_durations};

/// Failures that an operator is to be alarmed at: store, method and kind. They are there from the start, at nought,
/// because Prometheus sees no increase in a counter that begins with its first failure.
const ALARMING: [(&str, &str, &str); 8] = [
    ("blob", "begin", "full"),
    ("blob", "append", "full"),
    ("blob", "commit", "full"),
    ("metadata", "commit", "full"),
    ("blob", "probe", "corrupt"),
    ("blob", "read", "corrupt"),
    ("blob", "commit", "corrupt"),
    ("metadata", "manifest", "corrupt"),
];

/// What is counted of the stores.
#[derive(Debug)]
pub(super) struct StorageMetrics {
    known: Handles<Histogram>,
    durations: Family<Action, Histogram>,
    errors: Family<Failure, Counter>,
}

impl StorageMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            known: Handles::default(),
            durations: Family::new_with_constructor(short_durations),
            errors: Family::default(),
        };
        let name = "registry_storage_action_duration_seconds";
        registry.register(name, "How long calls of the stores took", new.durations.clone());
        let name = "registry_storage_errors";
        registry.register(name, "Calls of the stores that failed, by kind of failure", new.errors.clone());
        for (store, action, error) in ALARMING {
            drop(new.errors.get_or_create(&Failure { store, action, error }));
        }
        new
    }

    pub(super) fn called(&self, call: &StoreCall<'_>) {
        let (store, action) = (call.store, call.action);
        let found = || self.durations.get_or_create_owned(&Action { store, action });
        self.known
            .with([store, action], 0, found, |durations| durations.observe(call.duration.as_secs_f64()));
        if let Some(error) = call.error {
            let error = labels::error(error);
            self.errors.get_or_create(&Failure { store, action, error }).inc();
        }
    }
}
