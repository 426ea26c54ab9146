//! One request at a time for each upload session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use registry_storage::metadata::UploadId;
use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

use crate::{Error, Result};

/// The gates of all sessions that are in use in this process. A gate is there only while somebody holds it or waits
/// for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    open: Arc<Mutex<HashMap<UploadId, Arc<Gate<()>>>>>,
}

/// The right to use a session until it is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    // Dropped before the seat, so that the seat finds the gate free.
    _guard: OwnedMutexGuard<()>,
    _seat: Seat,
}

/// A place at a gate, holding it or waiting for it. The last to leave takes the gate away.
#[derive(Debug)]
struct Seat {
    gates: Gates,
    id: UploadId,
    gate: Option<Arc<Gate<()>>>,
}

impl Gates {
    /// Waits at most this long for the session to be free.
    ///
    /// # Errors
    /// [`Error::Busy`] when it is not free in time.
    pub(crate) async fn enter(&self, id: UploadId, wait: Duration) -> Result<Pass> {
        let gate = Arc::clone(self.lock().entry(id).or_default());
        let seat = Seat { gates: self.clone(), id, gate: Some(Arc::clone(&gate)) };
        let guard = match Arc::clone(&gate).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => tokio::time::timeout(wait, gate.lock_owned()).await.map_err(|_| Error::Busy)?,
        };
        Ok(Pass { _guard: guard, _seat: seat })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Gate<()>>>> {
        // No code that runs under it can panic half-way.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.gates.lock();
        self.gate = None;
        // Whoever comes to the gate does so under the same lock, so nobody can be on the way.
        if open.get(&self.id).is_some_and(|gate| Arc::strong_count(gate) == 1) {
            open.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn second_waits_then_gives_up_and_no_gate_is_left() {
        let gates = Gates::default();
        let id = UploadId::random().unwrap();
        let pass = gates.enter(id, WAIT).await.unwrap();
        assert!(matches!(gates.enter(id, WAIT).await, Err(Error::Busy)));
        assert_eq!(gates.lock().len(), 1);
        drop(pass);
        assert!(gates.lock().is_empty());
        drop(gates.enter(id, WAIT).await.unwrap());
        assert!(gates.lock().is_empty());
    }

    #[tokio::test]
    async fn other_sessions_do_not_wait() {
        let gates = Gates::default();
        let _first = gates.enter(UploadId::random().unwrap(), WAIT).await.unwrap();
        let _second = gates.enter(UploadId::random().unwrap(), WAIT).await.unwrap();
        assert_eq!(gates.lock().len(), 2);
    }

    #[tokio::test]
    async fn a_waiter_gets_in_when_the_holder_leaves_and_a_dropped_waiter_leaves_nothing() {
        let gates = Gates::default();
        let id = UploadId::random().unwrap();
        let pass = gates.enter(id, WAIT).await.unwrap();
        let mut dropped = Box::pin(gates.enter(id, Duration::from_secs(60)));
        let mut waiting = Box::pin(gates.enter(id, Duration::from_secs(60)));
        assert!(futures_util::poll!(dropped.as_mut()).is_pending());
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        drop(dropped);
        drop(pass);
        drop(waiting.await.unwrap());
        assert!(gates.lock().is_empty());
    }
}
