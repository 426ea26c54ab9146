//! Whether a server lives, is ready, and can do its work.
//!
//! | path | asks | answers |
//! |---|---|---|
//! | `/livez` | does the process answer? | 200, always |
//! | `/readyz` | is it to be given requests? | 200, or 503 with the reasons |
//! | `/healthz`, on an admin address | the same as `/readyz`, and how the configuration stands | 200 or 503 |
//! | `/healthz?deep=1`, on an admin address | can a blob be stored, read and deleted? | 200 or 503 |
//!
//! What is answered names checks and reasons out of a handful of words, never what a store said.

mod check;
mod probe;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use registry_engine::Registry;
use tokio::sync::Mutex;
use tokio::time::Instant;

pub(crate) use check::Check;
use check::Outcome;
pub(crate) use probe::Probe;

/// For how long the answer of a store counts, so that nobody can make work by asking.
const FRESH: Duration = Duration::from_secs(1);
/// How long a store may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the health of a server.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// How the last write went: one of [`WENT_WELL`], [`FAILED`] and [`FULL`].
    last_write: AtomicU8,
    stores: Mutex<Option<(Instant, Vec<Check>)>>,
    deep: Mutex<Option<(Instant, Vec<Check>)>>,
}

const WENT_WELL: u8 = 0;
const FAILED: u8 = 1;
const FULL: u8 = 2;

impl Health {
    /// A request was answered.
    pub(crate) fn note(&self, method: &Method, status: StatusCode) {
        if matches!(*method, Method::GET | Method::HEAD) {
            return;
        }
        let now = match status {
            StatusCode::INSUFFICIENT_STORAGE => FULL,
            StatusCode::INTERNAL_SERVER_ERROR => FAILED,
            status if status.is_success() => WENT_WELL,
            _ => return,
        };
        if self.last_write.load(Ordering::Relaxed) != now {
            self.last_write.store(now, Ordering::Relaxed);
        }
    }

    /// All checks that decide whether a server is to be given requests.
    pub(crate) async fn readiness(&self, registry: &Registry, draining: bool) -> Vec<Check> {
        let mut stores = self.stores.lock().await;
        let checks = match &*stores {
            Some((at, checks)) if at.elapsed() < FRESH => checks.clone(),
            _ => {
                let checks = self.ask(registry).await;
                *stores = Some((Instant::now(), checks.clone()));
                checks
            }
        };
        let draining = if draining { Outcome::Draining } else { Outcome::Ok };
        std::iter::once(Check::new("serving", draining)).chain(checks).collect()
    }

    /// Whether a blob can be stored, read and deleted.
    pub(crate) async fn round_trip(&self, registry: &Registry) -> Vec<Check> {
        let mut deep = self.deep.lock().await;
        match &*deep {
            Some((at, checks)) if at.elapsed() < FRESH => checks.clone(),
            _ => {
                let outcome = check::outcome("round_trip", PATIENCE, registry.check_round_trip()).await;
                let checks = vec![Check::new("round_trip", outcome)];
                *deep = Some((Instant::now(), checks.clone()));
                checks
            }
        }
    }

    async fn ask(&self, registry: &Registry) -> Vec<Check> {
        let (metadata, blobs, writes) = tokio::join!(
            check::outcome("metadata", PATIENCE, registry.check_metadata()),
            check::outcome("blobs", PATIENCE, registry.check_blobs()),
            self.writes(registry),
        );
        vec![Check::new("metadata", metadata), Check::new("blobs", blobs), Check::new("writes", writes)]
    }

    /// While writes go well nothing is written to find that out. After one that did not, writing is tried until it
    /// works, since nobody else will: a server that is not ready is given no requests.
    async fn writes(&self, registry: &Registry) -> Outcome {
        let before = self.last_write.load(Ordering::Relaxed);
        if before == WENT_WELL {
            return Outcome::Ok;
        }
        let outcome = check::outcome("writes", PATIENCE, registry.check_write()).await;
        if outcome == Outcome::Ok {
            // Unless another one failed in the meantime.
            let _ = self.last_write.compare_exchange(before, WENT_WELL, Ordering::Relaxed, Ordering::Relaxed);
        }
        outcome
    }
}
