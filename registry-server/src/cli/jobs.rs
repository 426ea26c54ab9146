//! The jobs that one process does at a time.

use registry_engine::Registry;
use registry_engine::lease::Lease;

use super::config::{Config, Metadata};

/// Their leases. The names are in the database: all versions of this program say the same.
#[derive(Debug, Clone)]
pub(super) struct Jobs {
    /// Ending uploads that nobody goes on with.
    pub(super) expiry: Lease,
    /// Telling webhooks what happened.
    pub(super) delivery: Lease,
}

impl Jobs {
    pub(super) fn new(config: &Config, registry: &Registry) -> Self {
        let lease = |name| {
            let lease = Lease::new(registry, name).length(config.workers.lease);
            match config.storage.metadata {
                Metadata::Postgres => lease,
                // Others are kept out by the lock of the data folder, or cannot see the memory of this process.
                Metadata::Sqlite | Metadata::Memory => lease.alone(),
            }
        };
        Self { expiry: lease("uploads.expiry"), delivery: lease("events.delivery") }
    }

    /// All of them.
    pub(super) fn all(&self) -> [Lease; 2] {
        [self.expiry.clone(), self.delivery.clone()]
    }
}
