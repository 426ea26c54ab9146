//! Metadata in memory.

mod apply;
mod blobs;
mod documents;
mod events;
mod jobs;
mod manifests;
mod page;
mod repositories;
mod require;
mod state;
mod tags;
mod uploads;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use async_trait::async_trait;

use self::state::State;
use super::journal::Journal;
use super::{Commit, Committed, MetadataStore, bounds};
use crate::Result;

/// Keeps metadata in the memory of the process: for registries that live as long as their process does, such as those
/// of tests, of caches and of disconnected tools.
///
/// It keeps every bullet of the contract; only the crash that a commit survives is none of the process. A clone shares
/// the state of its original. The event log and the history of tags grow with every change and are never cut.
///
/// ```
/// use registry_core::{Actor, RepositoryName, Timestamp};
/// use registry_storage::metadata::{DocumentIndex, MemoryMetadataStore};
/// use registry_storage::{Change, Commit, MetadataStore};
///
/// # futures_executor_free_block_on(async {
/// let store = MemoryMetadataStore::new();
/// let write = Change::PutDocument { kind: "note".into(), key: "a".into(), value: "first".into() };
/// let done = store.commit(Commit::new(Actor::anonymous(), Timestamp::from_micros(1)).change(write)).await?;
/// assert_eq!(done.events[0].seq, 1);
/// assert_eq!(store.document("note", "a").await?.expect("it was just written").version, 1);
/// # Ok::<(), registry_storage::Error>(()) });
/// # fn futures_executor_free_block_on<T>(future: impl Future<Output = Result<T, registry_storage::Error>>) {
/// #     futures_util::FutureExt::now_or_never(future).expect("memory never waits").expect("it works");
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryMetadataStore {
    state: Arc<RwLock<State>>,
}

impl MemoryMetadataStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The state to read; no commit is carried out while it is held, so it must not be held across an await.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        // Nothing in a commit can panic between its first and last change, so a poisoned state is still whole.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryMetadataStore {
    /// Without the content, which may be large.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.read();
        f.debug_struct("MemoryMetadataStore")
            .field("repositories", &state.existing.len())
            .field("events", &state.events.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl MetadataStore for MemoryMetadataStore {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        bounds::check(&commit)?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        require::check(&state, &commit.requires)?;
        apply::check(&state, &commit.changes)?;
        let mut journal = Journal::new(&commit, state.last_event());
        for change in &commit.changes {
            apply::apply(&mut state, &mut journal, change);
        }
        let events = journal.into_events();
        state.events.extend_from_slice(&events);
        Ok(Committed::new(events))
    }
}
