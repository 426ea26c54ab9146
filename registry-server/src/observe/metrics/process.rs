//! The process and what runs in it.

use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Adds what does not change.
pub(super) fn register(registry: &mut Registry) {
    let version = Family::<[(&'static str, &'static str); 1], Gauge>::default();
    version.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
    registry.register("registry_build_info", "Always 1; tells which version runs", version);
    let start = Gauge::<f64, AtomicU64>::default();
    start.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));
    let name = "registry_start_time_seconds";
    registry.register(name, "When counting began, in seconds since 1970", start);
}
