//! The registry as a whole.

use std::sync::Arc;

use arc_swap::ArcSwap;
use registry_core::{Event, Page, PageRequest, RepositoryName, Timestamp};
use registry_storage::{BlobStore, Commit, Committed, MetadataStore};
use tokio::sync::watch;

use crate::upload::Gates;
use crate::{Clock, Follower, Repository, Result, Settings, SystemClock};

/// A registry: bytes, metadata, and the rules above them.
///
/// Cloning is cheap, and clones are the same registry. Several registries, also in other processes, may stand on the
/// same two stores.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) inner: Arc<Inner>,
}

/// What all handles of a registry share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) metadata: Arc<dyn MetadataStore>,
    settings: ArcSwap<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) gates: Gates,
    /// The number of the newest event that this registry knows to have written itself.
    news: watch::Sender<u64>,
}

impl Inner {
    /// Carries out a commit, and wakes whoever follows the log.
    pub(crate) async fn commit(&self, commit: Commit) -> registry_storage::Result<Committed> {
        let committed = self.metadata.commit(commit).await?;
        if let Some(newest) = committed.events.last() {
            // Commits may come back in another order than the one they have in the log.
            self.news.send_if_modified(|known| {
                let newer = newest.seq > *known;
                *known = newest.seq.max(*known);
                newer
            });
        }
        Ok(committed)
    }

    /// Tells when this registry has written events.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// What the operator decided. Whoever needs it twice takes it once: it may be another in between.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Until when something is kept that is leased now.
    pub(crate) fn leased_until(&self) -> Timestamp {
        // The latest time that every store can keep.
        const LATEST: Timestamp = Timestamp::from_micros(i64::MAX as u64);
        self.clock.now().saturating_add(self.settings().lease_window).min(LATEST)
    }
}

impl Registry {
    /// A registry on these stores with the default settings and the clock of the operating system.
    #[must_use]
    pub fn new(blobs: Arc<dyn BlobStore>, metadata: Arc<dyn MetadataStore>) -> Self {
        Self::builder(blobs, metadata).build()
    }

    /// A registry on these stores, with more to be said about it.
    #[must_use]
    pub fn builder(blobs: Arc<dyn BlobStore>, metadata: Arc<dyn MetadataStore>) -> RegistryBuilder {
        RegistryBuilder {
            blobs,
            metadata,
            settings: Settings::default(),
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// The repository of that name, whether or not it exists: it comes into being with its first content and ends
    /// with its last.
    #[must_use]
    pub fn repository(&self, name: RepositoryName) -> Repository {
        Repository { inner: Arc::clone(&self.inner), name }
    }

    /// The repositories that exist, in byte order; `last` of the request is any text.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn catalog(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        Ok(self.inner.metadata.repositories(page).await?)
    }

    /// At most `limit` events that follow number `after`, in order and without gaps; 0 is before the first.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        Ok(self.inner.metadata.events(after, limit).await?)
    }

    /// The number of the newest event; 0 when nothing has happened yet.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn last_event(&self) -> Result<u64> {
        Ok(self.inner.metadata.last_event().await?)
    }

    /// How many upload sessions there are, at the same cost however many.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn upload_count(&self) -> Result<u64> {
        Ok(self.inner.metadata.upload_count(None).await?)
    }

    /// Follows the log from the event behind number `after`; 0 is before the first.
    #[must_use]
    pub fn follow(&self, after: u64) -> Follower {
        Follower::new(self.clone(), after)
    }

    /// The time by the clock of this registry, which is written into history and events.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// What the operator decided, as it is now.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.inner.settings()
    }

    /// Decides otherwise from now on, for all clones of this registry. What is under way may end by the former settings.
    ///
    /// What was promised stays: content that is leased keeps its lease, and no upload session is ended for being one of
    /// more than may be begun now.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use registry_storage::blob::MemoryBlobStore;
    /// # use registry_storage::metadata::MemoryMetadataStore;
    /// use registry_engine::{Registry, Settings};
    ///
    /// # let (blobs, metadata) = (Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    /// let registry = Registry::new(blobs, metadata);
    /// let mut settings = Settings::clone(&registry.settings());
    /// settings.max_uploads = 100;
    /// registry.set_settings(settings);
    /// ```
    pub fn set_settings(&self, settings: Settings) {
        self.inner.settings.store(Arc::new(settings));
    }
}

/// Puts a [`Registry`] together.
#[derive(Debug, Clone)]
pub struct RegistryBuilder {
    blobs: Arc<dyn BlobStore>,
    metadata: Arc<dyn MetadataStore>,
    settings: Settings,
    clock: Arc<dyn Clock>,
}

impl RegistryBuilder {
    /// With these settings.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// With this clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The registry.
    #[must_use]
    pub fn build(self) -> Registry {
        let Self { blobs, metadata, settings, clock } = self;
        let (gates, news) = (Gates::default(), watch::Sender::new(0));
        let settings = ArcSwap::from_pointee(settings);
        Registry { inner: Arc::new(Inner { blobs, metadata, settings, clock, gates, news }) }
    }
}
