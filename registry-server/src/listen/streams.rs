//! The tasks of one HTTP/2 connection.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::rt::Executor;
use tokio::task::JoinSet;

use crate::patience::{Demand, Pace};

/// Runs the streams of one HTTP/2 connection, and ends them with it. A stream whose client does not take the answer is
/// ended alone.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    tasks: Arc<Mutex<JoinSet<()>>>,
    demand: Demand,
}

impl Streams {
    pub(super) fn new(demand: Demand) -> Self {
        Self { tasks: Arc::default(), demand }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        // Nothing can panic while the lock is held; a set of tasks is in order whatever happened.
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(Pace::watch(self.demand, stream));
    }
}
