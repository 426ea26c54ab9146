//! The configuration and what was last read of it.

use std::sync::atomic::AtomicU64;
use std::time::UNIX_EPOCH;

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::observe::ConfigurationFacts;

/// How the configuration stands.
#[derive(Debug, Default)]
pub(super) struct ConfigurationMetrics {
    success: Gauge,
    read: Gauge<f64, AtomicU64>,
    restart_needed: Gauge,
}

impl ConfigurationMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let name = "registry_config_last_reload_success";
        registry.register(name, "1 when the configuration was in order when last read", self.success.clone());
        let name = "registry_config_last_reload_timestamp_seconds";
        registry.register(
            name,
            "When the configuration was last read, in seconds since 1970",
            self.read.clone(),
        );
        let name = "registry_config_restart_needed";
        let help = "How many changed settings take effect with the next start";
        registry.register(name, help, self.restart_needed.clone());
    }

    pub(super) fn set(&self, facts: &ConfigurationFacts) {
        self.success.set(facts.success.into());
        self.read.set(facts.read.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));
        self.restart_needed.set(i64::try_from(facts.restart_needed.len()).unwrap_or(i64::MAX));
    }
}
