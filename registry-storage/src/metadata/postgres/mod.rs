//! Metadata in PostgreSQL, for many replicas.
//!
//! # A commit is one statement
//! A commit is one call of the function `registry.commit`, in a transaction of its own: it locks what it looks at and what
//! it changes (see [`locks`]), looks at the conditions, carries out the changes and writes down the events. It never waits
//! for the process that sent it, so a process that is stopped or cut off in the middle holds no lock: its commit is carried
//! out whole, or was never asked for. It also needs no session, so it works through a pooler that gives each transaction
//! another connection.
//!
//! # The order of the log
//! Events have numbers without gaps, in an order in which commits became visible. Two simpler ways fail. Numbers from a
//! sequence leave gaps, and a transaction that commits late becomes visible behind larger numbers, where a reader has
//! passed already. A counter in a row gives good numbers, but each commit holds that row until it is on the disk, so all
//! commits of all repositories stand in one line.
//!
//! So numbers are given to what is visible already. Of all commits at work one at a time holds the lock on numbering: it
//! gives numbers to every visible commit that has none, and to itself, in the transaction of its changes. Whoever finds
//! that lock taken does not wait for it: it commits without numbers, beside all others that do and with the same sync of
//! the disk. Then it asks for numbers by a second statement, which gives them to all that became visible meanwhile,
//! whoever they are from; the commits of one process share one such call. A commit is answered when it has its numbers. If
//! its process dies before, the next commit or reader gives them.
//!
//! - *No gap, and nothing behind a reader:* only one transaction gives numbers at a time, it begins behind the newest, and
//!   it sees all that was numbered before, because the lock is released after its work is visible. What it numbers is
//!   visible, or becomes visible with the numbers.
//! - *Commits that depend on each other are in their order:* a commit draws its id while it holds its locks, so whoever
//!   waited for them draws a larger one, and numbers are given in the order of ids. An id is no number: one that is lost
//!   with a transaction leaves no gap.
//! - *The log never lags behind what else is seen:* the log is read together with the question whether numbers are
//!   missing, and so are versions of documents and numbers of tags. If they are, the reader gives them first.
//!
//! Commits have rows and events have rows; numbers are given to commits, so a commit's events are neighbours. Whatever
//! tells a number refers to the commit.
//!
//! # The schema
//! Tables and their columns are told in `schema/0001_tables.sql`; they are those of the store on SQLite, but for `commits`,
//! and for the history of tags, which is found in `events`. Whatever is listed is the range of an index, in the order of
//! bytes (`COLLATE "C"`).

mod address;
mod blobs;
mod commit;
mod connect;
mod documents;
mod encode;
mod events;
mod examine;
mod failure;
mod jobs;
mod listen;
mod locks;
mod manifests;
mod numbering;
mod options;
mod pause;
mod pool;
mod reach;
mod repositories;
mod schema;
mod tags;
mod tls;
mod uploads;
mod value;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
pub use examine::PostgresState;
pub use options::PostgresOptions;

use self::listen::Listener;
use self::numbering::Numbering;
use self::pool::Pool;
use super::{Commit, Committed, MetadataStore, bounds};
use crate::Result;

/// Keeps metadata in a PostgreSQL database, for any number of replicas at a time.
///
/// A commit is answered when PostgreSQL says that it is on stable storage, which it does unless `fsync` or
/// `synchronous_commit` were turned off there. Queries see all that was answered before, by whichever replica; the store
/// keeps nothing in memory.
///
/// It needs PostgreSQL 14 or later, a database with the encoding UTF8, and the runtime of tokio with I/O and time. Its
/// tasks, one for each connection, end with it.
///
/// # Errors of commits
/// [`Error::Conflict`](crate::Error::Conflict), [`Error::Invalid`](crate::Error::Invalid) and
/// [`Error::Full`](crate::Error::Full) mean that nothing has changed. What certainly was not carried out, as when there is
/// no connection or the database shuts down, is tried again as long as there is
/// [`patience`](PostgresOptions::patience). After [`Error::Unavailable`](crate::Error::Unavailable) a commit may have been
/// carried out, or may still be.
pub struct PostgresMetadataStore {
    pool: Pool,
    numbering: Numbering,
    listener: Option<Listener>,
    lock_timeout: Duration,
    /// Whether the address names several servers, of which any may answer.
    several: bool,
}

impl PostgresMetadataStore {
    /// Connects, and makes the schema or brings it to the newest version where needed. Replicas that do so at once take
    /// turns.
    ///
    /// ```no_run
    /// # async fn example() -> registry_storage::Result<()> {
    /// use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};
    ///
    /// let options = PostgresOptions::new("postgres://registry@db.internal/registry");
    /// let store = PostgresMetadataStore::connect(&options).await?;
    /// # drop(store); Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for an address that is none,
    /// [`Error::Unsupported`](crate::Error::Unsupported) for a database of a newer version of this program, of something
    /// else, or of a version of PostgreSQL that is too old, [`Error::Unavailable`](crate::Error::Unavailable) when it
    /// cannot be reached or does not let us in.
    ///
    /// # Cancel safety
    /// The schema is brought to the newest version whole or not at all.
    pub async fn connect(options: &PostgresOptions) -> Result<Self> {
        let target = connect::target(&options.url, options, !options.pooler)?;
        let several = target.names_several();
        let pool = |size| Pool::new(target.clone(), size, options);
        let (pool, numbering) = (pool(options.connections)?, Numbering::new(pool(1)?));
        let listened = Self::listened(options)?;
        schema::migrate(&pool).await?;
        let listener = listened.map(Listener::start);
        Ok(Self { pool, numbering, listener, lock_timeout: options.lock_timeout, several })
    }
}

impl fmt::Debug for PostgresMetadataStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresMetadataStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl MetadataStore for PostgresMetadataStore {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        bounds::check(&commit)?;
        commit::carry_out(self, &commit).await
    }
}
