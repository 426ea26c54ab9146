//! What the server and the socket of one connection know of each other.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// One connection, as it is seen by the server that answers on it and by the socket below.
#[derive(Debug, Clone)]
pub(crate) struct Line(Arc<State>);

#[derive(Debug)]
struct State {
    /// A part of the head of a request has come.
    has_beginning: AtomicBool,
    /// Since when there is no request, if there is none.
    since: Mutex<Instant>,
    /// A client may still be sending a body that nobody reads.
    leftover: AtomicBool,
    /// How many requests are not answered to the end.
    busy: AtomicUsize,
    /// How many requests there ever were.
    requests: AtomicUsize,
    retired: AtomicBool,
    retire: Notify,
}

/// A request that is not answered to the end. Dropping it says that it is.
#[derive(Debug)]
pub(crate) struct Busy(Line);

impl Line {
    /// A connection on which there was no request yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(State {
            has_beginning: AtomicBool::new(false),
            since: Mutex::new(Instant::now()),
            leftover: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            retire: Notify::new(),
        }))
    }

    /// Whether a part of the head of a request has come, and not all of it.
    pub(crate) fn note_beginning(&self, has: bool) {
        self.0.has_beginning.store(has, Ordering::Relaxed);
    }

    /// Waits until there was no request for so long.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub(crate) async fn idle(&self, time: Duration) {
        loop {
            let now = Instant::now();
            let deadline = match self.is_busy() || self.0.has_beginning.load(Ordering::Relaxed) {
                true => now + time / 4,
                false => *self.since() + time,
            };
            if deadline <= now {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }

    fn since(&self) -> MutexGuard<'_, Instant> {
        // Nothing under it can panic half-way.
        self.0.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client may still be sending a body that nobody reads.
    pub(crate) fn note_leftover(&self) {
        self.0.leftover.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_leftover(&self) -> bool {
        self.0.leftover.load(Ordering::Relaxed)
    }

    /// A request has begun.
    pub(crate) fn begin(&self) -> Busy {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        self.note_beginning(false);
        Busy(self.clone())
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.0.busy.load(Ordering::Relaxed) > 0
    }

    /// How many requests have begun.
    pub(crate) fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// No further request is wanted.
    pub(crate) fn retire(&self) {
        if !self.0.retired.swap(true, Ordering::Relaxed) {
            self.0.retire.notify_one();
        }
    }

    /// Waits until no further request is wanted.
    pub(crate) async fn retired(&self) {
        self.0.retire.notified().await;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.since() = Instant::now();
        self.0.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
