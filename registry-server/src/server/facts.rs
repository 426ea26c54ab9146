//! What a server knows of itself.

use super::Shared;
use crate::health::Check;
use crate::observe::Facts;

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
            ..Facts::default()
        }
    }
}
