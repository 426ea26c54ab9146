//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpointer;
use super::failure::store_error;
use super::{SqliteOptions, group};
use crate::metadata::{Commit, Committed};
use crate::{Error, Result};

/// How many commits share one transaction at most. It bounds how long the first of them waits.
const GROUP: usize = 256;

/// A commit with the place for its answer.
struct Request {
    commit: Commit,
    answer: oneshot::Sender<Result<Committed>>,
}

/// Takes commits from a bounded line and carries out all that have come together in one transaction, so that they share
/// one sync of the disk. Ends when this is dropped, after the commits that are in the line.
pub(super) struct Writer {
    line: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(mut connection: Connection, options: &SqliteOptions) -> Result<Self> {
        let checkpointer = Checkpointer::install(&mut connection, options);
        let mut checkpointer =
            checkpointer.map_err(|error| store_error("watch the write-ahead log", &error))?;
        let (line, mut requests) = mpsc::channel(options.queue.max(1));
        let thread = std::thread::Builder::new().name("metadata-writer".to_owned());
        let thread = thread.spawn(move || {
            let mut group = Vec::new();
            while let Some(first) = requests.blocking_recv() {
                group.push(first);
                while group.len() < GROUP
                    && let Ok(next) = requests.try_recv()
                {
                    group.push(next);
                }
                if carry_out(&connection, &mut group) {
                    Checkpointer::make_room(&connection);
                }
                checkpointer.after_commits(&connection);
            }
        });
        let thread = thread.map_err(|error| Error::internal("start the writer thread", error))?;
        Ok(Self { line: Some(line), thread: Some(thread) })
    }

    /// Carries out the commit, also when the future is dropped while it stands in the line.
    ///
    /// # Errors
    /// Those of [`MetadataStore::commit`](crate::MetadataStore::commit).
    pub(super) async fn commit(&self, commit: Commit) -> Result<Committed> {
        let (answer, answered) = oneshot::channel();
        let ended = || Error::internal("hand a commit to the writer thread", "the thread has ended");
        let line = self.line.as_ref().ok_or_else(ended)?;
        line.send(Request { commit, answer }).await.map_err(|_| ended())?;
        answered.await.map_err(|error| Error::internal("wait for the writer thread", error))?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.line.take());
        if let Some(thread) = self.thread.take() {
            // The thread never panics; commits that do are caught.
            let _ = thread.join();
        }
    }
}

/// Carries out the commits of a group and answers each; whether there was no space for one of them.
fn carry_out(connection: &Connection, group: &mut Vec<Request>) -> bool {
    let mut is_full = false;
    let commits: Vec<&Commit> = group.iter().map(|request| &request.commit).collect();
    let outcome = catch_unwind(AssertUnwindSafe(|| group::carry_out(connection, &commits)));
    drop(commits);
    match outcome {
        Ok(results) => {
            for (request, result) in group.drain(..).zip(results) {
                is_full |= matches!(result, Err(Error::Full { .. }));
                // Nobody may be waiting any more.
                let _ = request.answer.send(result);
            }
        }
        // Whoever waits learns of it when the places for the answers are dropped; the thread goes on.
        Err(_) => {
            group::give_up(connection);
            group.clear();
        }
    }
    is_full
}
