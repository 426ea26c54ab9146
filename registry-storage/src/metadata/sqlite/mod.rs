//! Metadata in one SQLite file.
//!
//! # The schema
//! Tables and their columns are told in `schema/0001_initial.sql`. In short:
//!
//! ```text
//! digests ────────────┬───────────────┐                     where the bytes of each lie; numbers for the rest
//! repositories ─┬─ blob_links         │                     who may read which bytes
//!               ├─ manifests ─┬─ manifest_edges             what is readable; what it names
//!               │             ├─ manifest_contents          the bytes, once for all repositories
//!               │             └─ tags                       what points to it
//!               ├─ referrers                                by subject, with the descriptors they are listed by
//!               ├─ retained_manifests ── manifest_contents  what was readable and may be put back
//!               └─ tag_history                              only added to
//! events                                                    the log, only added to
//! uploads, documents, jobs
//! ```
//!
//! - Whatever is listed is the range of a primary key or a covering index, so that a page costs what it holds.
//! - `tags` repeats the newest entries of `tag_history` that have a digest; both are written in one transaction, and
//!   the numbers they share are those of the events.
//! - A digest is one byte for the algorithm and the raw bytes; bytes then order as the digests' texts do.
//! - The types are those that PostgreSQL has too (`bytea`, `text COLLATE "C"`, `bigint`), and so are the partial index
//!   and the upserts.
//!
//! # Threads
//! One thread writes, a few read, and all of them end with the store. The writer takes all commits that wait, carries
//! out each in a savepoint of one transaction, and answers them when that is on the disk: the more callers there are,
//! the more of them share one sync. Readers see the newest committed state and are never held up by the writer.

mod apply;
mod blobs;
mod checkpoint;
mod connection;
mod documents;
mod events;
mod failure;
mod group;
mod jobs;
mod manifests;
mod options;
#[cfg(test)]
mod plan;
mod readers;
mod referrers;
mod repositories;
mod require;
mod schema;
mod statements;
mod tags;
mod uploads;
mod value;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
pub use options::SqliteOptions;

use self::readers::Readers;
use self::writer::Writer;
use super::{Commit, Committed, MetadataStore, bounds};
use crate::Result;

/// Keeps metadata in one SQLite file, with its write-ahead log beside it.
///
/// A commit is answered when it is on stable storage. Several processes may open the same file on one machine; they
/// take turns to write. A file system that is shared over a network must not be used.
///
/// Dropping the store waits for the commits that were handed over, and writes the log back to the file.
///
/// # Errors of commits
/// [`Error::Conflict`](crate::Error::Conflict), [`Error::Invalid`](crate::Error::Invalid) and
/// [`Error::Full`](crate::Error::Full) mean that nothing has changed. After any other error of a commit, such as a disk
/// that failed while it was synced, the change may turn out to be there once the store is opened again.
pub struct SqliteMetadataStore {
    path: PathBuf,
    // Ends first, so that the connection of the writer is the last, which writes the log back as it is closed.
    readers: Readers,
    writer: Writer,
}

impl SqliteMetadataStore {
    /// Opens the file, which is made or brought to the newest version where needed. Its folder must exist.
    ///
    /// This blocks on the disk, and for as long as another process brings the same file to the newest version.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use registry_storage::metadata::SqliteMetadataStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let store = SqliteMetadataStore::open(folder.path().join("metadata.sqlite"))?;
    /// # drop(store); Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) for a file of a newer version or of something else,
    /// [`Error::Corrupt`](crate::Error::Corrupt) for one that is no database,
    /// [`Error::Unavailable`](crate::Error::Unavailable) when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &SqliteOptions::default())
    }

    /// As [`open`](Self::open), with other than the default options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self> {
        let path = connection::absolute(path.as_ref())?;
        let connection = connection::writer(&path, options)?;
        let readers = Readers::start(&path, options)?;
        let writer = Writer::start(connection, options)?;
        Ok(Self { path, readers, writer })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for SqliteMetadataStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteMetadataStore").field("path", &self.path).finish_non_exhaustive()
    }
}

#[async_trait]
impl MetadataStore for SqliteMetadataStore {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        bounds::check(&commit)?;
        self.writer.commit(commit).await
    }
}
