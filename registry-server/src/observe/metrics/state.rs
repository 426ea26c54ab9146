//! What is asked for when the measurements are read.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::configuration::ConfigurationMetrics;
use super::labels::{Job, Webhook};
use crate::observe::{Facts, WebhookFacts};

type Count = Gauge<u64, AtomicU64>;

/// How the server and its registry are.
#[derive(Debug, Default)]
pub(super) struct StateMetrics {
    ready: Count,
    last_event: Count,
    uploads: Count,
    lag: Family<Webhook, Count>,
    delivered: Family<Webhook, Count>,
    failures: Family<Webhook, Count>,
    held: Family<Webhook, Count>,
    leases: Family<Job, Count>,
    cache_hits: Count,
    cache_misses: Count,
    cache_bytes: Count,
    /// The webhooks that were told of last.
    known: Mutex<Vec<String>>,
    configuration: ConfigurationMetrics,
}

impl StateMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register("registry_ready", "1 when the server is to be given requests", new.ready.clone());
        let name = "registry_events_last_seq";
        registry.register(name, "The number of the newest event", new.last_event.clone());
        let name = "registry_uploads";
        registry.register(name, "Uploads in progress", new.uploads.clone());
        let name = "registry_webhook_lag_events";
        registry.register(name, "Events that lie before a webhook", new.lag.clone());
        let name = "registry_webhook_delivered_events";
        registry.register(name, "Events that a webhook took since the start", new.delivered.clone());
        let name = "registry_webhook_failures";
        registry.register(name, "How often a webhook failed in a row", new.failures.clone());
        let name = "registry_webhook_held";
        registry.register(name, "1 when a webhook is tried only now and then", new.held.clone());
        let name = "registry_lease_held";
        registry.register(name, "1 when this process does a job that one does at a time", new.leases.clone());
        let name = "registry_metadata_cache_hits";
        registry.register(name, "Questions that the cache of metadata answered", new.cache_hits.clone());
        let name = "registry_metadata_cache_misses";
        registry.register(name, "Questions that the store of metadata was asked", new.cache_misses.clone());
        let name = "registry_metadata_cache_bytes";
        registry.register(name, "Bytes that the cache of metadata keeps", new.cache_bytes.clone());
        new.configuration.register(registry);
        new
    }

    pub(super) fn set(&self, facts: &Facts) {
        self.ready.set(facts.ready.into());
        if let Some(last_event) = facts.last_event {
            self.last_event.set(last_event);
        }
        if let Some(uploads) = facts.uploads {
            self.uploads.set(uploads);
        }
        // Without a word of the store there is none of the webhooks either.
        if facts.last_event.is_some() {
            self.forget_webhooks_but(&facts.webhooks);
        }
        if let Some(facts) = &facts.configuration {
            self.configuration.set(facts);
        }
        if let Some(cache) = facts.cache {
            self.cache_hits.set(cache.hits);
            self.cache_misses.set(cache.misses);
            self.cache_bytes.set(cache.bytes);
        }
        for facts in &facts.leases {
            self.leases.get_or_create(&Job { job: facts.job.clone() }).set(facts.held.into());
        }
        for facts in &facts.webhooks {
            let webhook = Webhook { webhook: facts.name.clone() };
            self.lag.get_or_create(&webhook).set(facts.lag);
            self.delivered.get_or_create(&webhook).set(facts.delivered);
            self.failures.get_or_create(&webhook).set(facts.failures.into());
            self.held.get_or_create(&webhook).set(facts.held.into());
        }
    }

    /// What is no endpoint any more has no state.
    fn forget_webhooks_but(&self, webhooks: &[WebhookFacts]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for name in known.iter().filter(|name| !webhooks.iter().any(|facts| facts.name == **name)) {
            for family in [&self.lag, &self.delivered, &self.failures, &self.held] {
                family.remove(&Webhook { webhook: name.clone() });
            }
        }
        *known = webhooks.iter().map(|facts| facts.name.clone()).collect();
    }
}
