//! What a server knows of itself.

use std::fmt;
use std::sync::Arc;

use registry_engine::delivery::{EndpointState, EndpointStatus};
use registry_engine::lease::Lease;

use super::Shared;
use crate::health::Check;
use crate::observe::{CacheFacts, ConfigurationFacts, Facts, LeaseFacts, WebhookFacts};

/// Who tells of what use a cache is.
#[derive(Clone)]
pub(crate) struct CacheUse(pub(super) Arc<dyn Fn() -> CacheFacts + Send + Sync>);

impl fmt::Debug for CacheUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CacheUse").finish_non_exhaustive()
    }
}

impl Shared {
    /// Whether the server was told to stop.
    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// What is asked for when the measurements are read.
    pub(crate) async fn facts(&self) -> Facts {
        let checks = self.health.readiness(&self.registry, self.is_draining()).await;
        Facts {
            ready: checks.iter().all(Check::is_ok),
            last_event: self.registry.last_event().await.ok(),
            uploads: self.registry.upload_count().await.ok(),
            webhooks: self.webhooks().await,
            leases: self.leases.iter().map(lease).collect(),
            cache: self.cache.as_ref().map(|cache| (cache.0)()),
            configuration: self.configuration.load_full().map(|facts| ConfigurationFacts::clone(&facts)),
            ..Facts::default()
        }
    }

    /// How each webhook is doing; none when the store does not say.
    async fn webhooks(&self) -> Vec<WebhookFacts> {
        let Some(deliveries) = &self.deliveries else { return Vec::new() };
        let status = deliveries.status().await.unwrap_or_default();
        let facts = |endpoint: EndpointStatus| WebhookFacts {
            held: endpoint.state == EndpointState::Held,
            name: endpoint.name,
            lag: endpoint.lag,
            delivered: endpoint.delivered,
            failures: endpoint.failures,
        };
        status.into_iter().map(facts).collect()
    }
}

fn lease(lease: &Lease) -> LeaseFacts {
    LeaseFacts { job: lease.name().to_owned(), held: lease.is_held() }
}
