//! A registry moved from one pair of stores to another.
//!
//! The event log tells everything that ever happened, so moving a registry is carrying out its log once more: blobs
//! are copied when the log comes to them, and each commit of the source becomes one of the target. What comes out is
//! the same registry, with the same tag histories, document versions and event numbers: whoever follows the log goes on
//! at the target with the number it had.
//!
//! ```
//! use std::sync::Arc;
//!
//! use registry_engine::Registry;
//! use registry_engine::migrate::Migration;
//! use registry_storage::blob::MemoryBlobStore;
//! use registry_storage::metadata::MemoryMetadataStore;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> registry_engine::Result<()> {
//! # let new = || Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
//! let (source, target) = (new(), new());
//! let migration = Migration::new(&source, &target);
//! let migrated = migration.run(&|_| {}).await?;
//! migration.verify(true).await?;
//! assert_eq!(migrated.seq, 0);
//! # Ok(())
//! # }
//! ```

mod bytes;
mod replay;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use registry_core::Event;

use crate::{Error, Registry, Result, SparseContent, SparsePolicy};

/// How many events are looked at together.
const PAGE: usize = 256;

/// Moves a registry from one pair of stores to another.
///
/// It can be stopped at any point and run again: the target goes on where its own log ends. The source may be in use
/// meanwhile; what happens there after the end of a run is for the next one. So a large registry is moved while it
/// works, and once more, in moments, after it was stopped.
///
/// Upload sessions in progress are not moved, and leases begin anew.
#[derive(Debug)]
pub struct Migration {
    source: Registry,
    target: Registry,
    shared: bool,
    copies: usize,
    copied: Copied,
}

/// What was copied so far.
#[derive(Debug, Default)]
struct Copied {
    blobs: AtomicU64,
    bytes: AtomicU64,
}

/// How far a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migrated {
    /// The number of the newest event that is at the target.
    pub seq: u64,
    /// How many blobs were copied by this value.
    pub blobs: u64,
    /// How many bytes they had.
    pub bytes: u64,
}

impl Migration {
    /// From one registry to another, which must be empty or the beginning of the first.
    #[must_use]
    pub fn new(source: &Registry, target: &Registry) -> Self {
        // What the source accepted is not judged anew.
        let mut settings = crate::Settings::clone(&target.settings());
        settings.sparse = SparsePolicy::new(SparseContent::Content);
        let (blobs, metadata) = (Arc::clone(&target.inner.blobs), Arc::clone(&target.inner.metadata));
        let target = Registry::builder(blobs, metadata)
            .settings(settings)
            .clock(Arc::clone(&target.inner.clock))
            .build();
        Self { source: source.clone(), target, shared: false, copies: 4, copied: Copied::default() }
    }

    /// Both registries keep their bytes in one and the same store: nothing is copied, only metadata moves. From then on
    /// only one of the two registries may be used.
    #[must_use]
    pub const fn sharing_bytes(mut self) -> Self {
        self.shared = true;
        self
    }

    /// How many blobs are copied at a time; 4 by default, and 1 at least.
    #[must_use]
    pub fn copies(mut self, copies: usize) -> Self {
        self.copies = copies.max(1);
        self
    }

    /// Moves everything that is not at the target yet, up to the end of the log. `progress` is told after each step.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the target holds something else than the beginning of the source; [`Error::Corrupt`]
    /// for content of the source that is missing or damaged; when a store fails. What was moved before stays, and the
    /// next run goes on behind it.
    ///
    /// # Cancel safety
    /// As after an error. Bytes of blobs that were being copied may be left for later cleaning.
    pub async fn run(&self, progress: &(dyn Fn(Migrated) + Send + Sync)) -> Result<Migrated> {
        let mut after = self.common().await?;
        loop {
            let mut events = self.source.events(after, PAGE).await?;
            if events.len() == PAGE {
                leave_the_last_commit(&mut events);
            }
            let Some(last) = events.last() else { return Ok(self.migrated(after)) };
            let end = last.seq;
            let mut copies = self.copy(&events).await?;
            for commit in events.chunk_by(same_commit) {
                self.replay(commit, &mut copies).await?;
            }
            after = end;
            progress(self.migrated(after));
        }
    }

    /// Up to where the target is the same as the source.
    async fn common(&self) -> Result<u64> {
        let last = self.target.last_event().await?;
        for seq in [1, last] {
            let before = seq.saturating_sub(1);
            if last > 0 && self.source.events(before, 1).await? != self.target.events(before, 1).await? {
                return Err(Error::Diverged { what: format!("event {seq}") });
            }
        }
        Ok(last)
    }

    fn migrated(&self, seq: u64) -> Migrated {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Migrated { seq, blobs: read(&self.copied.blobs), bytes: read(&self.copied.bytes) }
    }
}

/// Whether neighbours of the log may come from one commit. Two commits that look like one do no harm.
fn same_commit(one: &Event, next: &Event) -> bool {
    (one.at, &one.actor, &one.repository) == (next.at, &next.actor, &next.repository)
}

/// Takes the last commit off, which may go on behind the page, unless it is the only one.
fn leave_the_last_commit(events: &mut Vec<Event>) {
    let last = events.chunk_by(same_commit).last().map_or(0, <[Event]>::len);
    if last < events.len() {
        events.truncate(events.len() - last);
    }
}
