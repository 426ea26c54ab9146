//! The way from the async side to a blocking thread, for a limited number at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinHandle};

use crate::{Error, Result};

/// A number of blocking threads. More of them would wait for the same disk, and each costs a stack and what the
/// memory allocator keeps for it.
#[derive(Debug, Clone)]
pub(super) struct Lane(Arc<Semaphore>);

/// A place on a [`Lane`], given back when it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// A wait for a place.
pub(super) type Wait = Pin<Box<dyn Future<Output = Result<Place>> + Send>>;

impl Lane {
    pub(super) fn new(threads: usize) -> Self {
        Self(Arc::new(Semaphore::new(threads.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// Runs what blocks on a thread that may block. When the future is dropped the work is not begun, or carried out
    /// to its end.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        join(start(self.place().await?, work).await)
    }

    /// Waits for a place.
    pub(super) async fn place(&self) -> Result<Place> {
        Arc::clone(&self.0).acquire_owned().await.map_err(closed)
    }

    /// A place, if one is free now.
    pub(super) fn free_place(&self) -> Option<Place> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }

    /// As [`place`](Self::place), to be polled by hand.
    pub(super) fn wait(&self) -> Wait {
        let lane = self.clone();
        Box::pin(async move { lane.place().await })
    }
}

/// Begins work whose outcome is asked for later.
pub(super) fn start<T: Send + 'static>(
    place: Place,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> JoinHandle<Result<T>> {
    tokio::task::spawn_blocking(move || {
        let _place = place;
        work()
    })
}

/// What became of work on another thread.
pub(super) fn join<T>(outcome: Result<Result<T>, JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| Err(Error::internal("run on a blocking thread", error)))
}

fn closed(error: AcquireError) -> Error {
    Error::internal("wait for a blocking thread", error)
}
