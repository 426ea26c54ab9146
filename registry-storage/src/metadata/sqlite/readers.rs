//! The threads that answer queries.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::failure::Sql;
use super::{SqliteOptions, connection};
use crate::{Error, Result};

/// A query with the place for its answer.
type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A few threads, each with a connection, that take queries from one line. They end when this is dropped.
pub(super) struct Readers {
    line: Arc<Line>,
    /// Bounds the line: each query in it holds one.
    places: Arc<Semaphore>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Opens the connections and starts the threads.
    ///
    /// # Errors
    /// When a connection cannot be opened or a thread cannot be started.
    pub(super) fn start(path: &Path, options: &SqliteOptions) -> Result<Self> {
        let line = Arc::new(Line::default());
        let places = Arc::new(Semaphore::new(options.queue.clamp(1, Semaphore::MAX_PERMITS)));
        let mut readers = Self { line, places, threads: Vec::new() };
        for _ in 0..options.readers.max(1) {
            let connection = connection::reader(path, options)?;
            let line = Arc::clone(&readers.line);
            let thread = std::thread::Builder::new().name("metadata-reader".to_owned());
            let thread = thread.spawn(move || {
                while let Some(job) = line.next() {
                    // A query that panics has an asker that learns of it; the thread goes on.
                    let _ = catch_unwind(AssertUnwindSafe(|| job(&connection)));
                }
            });
            readers.threads.push(thread.map_err(|error| Error::internal("start a reader thread", error))?);
        }
        Ok(readers)
    }

    /// Runs a query on one of the threads. One that nobody waits for any more is not run.
    ///
    /// # Errors
    /// Those of the query.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        context: &'static str,
        query: impl FnOnce(&Connection) -> Sql<T> + Send + 'static,
    ) -> Result<T> {
        let gone = |error| Error::internal("wait for a reader thread", error);
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|error| Error::internal("wait in line for a reader thread", error))?;
        let (answer, answered) = oneshot::channel();
        self.line.push(Box::new(move |connection| {
            if !answer.is_closed() {
                let result = query(connection).map_err(|failure| failure.into_error(context));
                // Nobody may be waiting any more.
                let _ = answer.send(result);
            }
            drop(place);
        }));
        answered.await.map_err(gone)?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.line.close();
        for thread in self.threads.drain(..) {
            // A thread never panics; its queries that do are caught.
            let _ = thread.join();
        }
    }
}

/// Queries that wait for a thread, first come first served.
#[derive(Default)]
struct Line {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Line {
    fn push(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.changed.notify_one();
    }

    /// Waits for a job; absent when the line is closed and empty.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that can panic is done under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
