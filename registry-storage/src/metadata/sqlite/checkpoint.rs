//! Keeps the write-ahead log short.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::wal::CheckpointMode;

use super::SqliteOptions;

/// How long a reader may hold up the writer while the log is cut.
const CUT_WAIT: Duration = Duration::from_millis(50);

/// At how many times its usual length the log is long.
const LONG: i64 = 4;

/// Writes the log back to the file after commits were answered, so that nobody waits for it.
pub(super) struct Checkpointer {
    /// How many pages were in the log after the newest commit.
    pages: Arc<AtomicI64>,
    /// Every how many pages the log is written back.
    step: i64,
    /// At how many pages it is tried next.
    next: i64,
    busy_timeout: Duration,
}

impl Checkpointer {
    /// Takes the place of SQLite's own, which would run before a commit is answered.
    ///
    /// # Errors
    /// When SQLite has no memory for the hook.
    pub(super) fn install(connection: &mut Connection, options: &SqliteOptions) -> rusqlite::Result<Self> {
        let pages = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            counted.store(i64::from(pages), Ordering::Relaxed);
            Ok(())
        }))?;
        let step = i64::from(options.checkpoint_pages.max(1));
        Ok(Self { pages, step, next: step, busy_timeout: options.busy_timeout })
    }

    /// Writes the log back if it is long.
    ///
    /// When all of it is written back the next commit begins the log anew. A reader that stays, of a backup say, keeps
    /// it growing; once it has grown to several times its usual length it is cut as soon as nobody reads it, at the
    /// price of a short wait each time.
    pub(super) fn after_commits(&mut self, connection: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.next = self.next.min(pages + self.step);
        if pages < self.next {
            return;
        }
        write_back(connection, CheckpointMode::PASSIVE);
        if pages >= self.step.saturating_mul(LONG) {
            let _ = connection.busy_timeout(CUT_WAIT);
            write_back(connection, CheckpointMode::TRUNCATE);
            let _ = connection.busy_timeout(self.busy_timeout);
        }
        self.next = pages + self.step;
    }

    /// Writes the log back because the disk is full. The next commit then begins the log anew within the space that it
    /// has already, so that what gives space back can still be done.
    pub(super) fn make_room(connection: &Connection) {
        write_back(connection, CheckpointMode::PASSIVE);
    }
}

/// A failure is left to the commits that will meet it too.
fn write_back(connection: &Connection, mode: CheckpointMode) {
    let _ = connection.wal_checkpoint_v2(None::<&str>, mode);
}
