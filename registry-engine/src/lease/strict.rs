//! A point in time that is never overlooked.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// When a holder must have stopped; absent when never. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    pub(super) fn new(at: Option<Instant>) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    pub(super) fn at(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it to a later time.
    pub(super) fn put_off(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}

/// Done at the deadline.
///
/// It looks at the clock whenever it is polled. A timer alone is not enough: after a process was stopped for a while its
/// tasks may be woken by something else before the timer.
pub(super) struct Strict {
    deadline: Deadline,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Strict {
    pub(super) fn new(deadline: &Deadline) -> Self {
        let sleep = deadline.at().map(|at| Box::pin(sleep_until(at)));
        Self { deadline: deadline.clone(), sleep }
    }
}

impl Future for Strict {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.deadline.at() else { return Poll::Pending };
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(context)
    }
}
