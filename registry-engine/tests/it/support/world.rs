//! A registry, with everything around it that a test looks at or turns.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use registry_core::{Actor, Digest, RepositoryName, Tag, Timestamp};
use registry_engine::{Clock, Registry, Repository, Settings};
use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};
use registry_storage::{BlobStore, MetadataStore};
use tempfile::TempDir;

use super::body;

/// A registry on a pair of stores.
pub(crate) struct World {
    pub(crate) registry: Registry,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) metadata: Arc<dyn MetadataStore>,
    pub(crate) clock: Arc<HandClock>,
    _folder: Option<TempDir>,
}

impl World {
    pub(crate) fn in_memory() -> Self {
        Self::on(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()), None)
    }

    pub(crate) async fn on_disk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FsBlobStore::open(folder.path().join("blobs")).await.unwrap();
        let metadata = SqliteMetadataStore::open(folder.path().join("metadata.sqlite")).unwrap();
        Self::on(Arc::new(blobs), Arc::new(metadata), Some(folder))
    }

    fn on(blobs: Arc<dyn BlobStore>, metadata: Arc<dyn MetadataStore>, folder: Option<TempDir>) -> Self {
        let clock = Arc::new(HandClock::default());
        let registry = registry(&blobs, &metadata, &clock, Settings::default());
        Self { registry, blobs, metadata, clock, _folder: folder }
    }

    /// The same content under other settings.
    pub(crate) fn with(self, set: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::clone(&self.registry.settings());
        set(&mut settings);
        let registry = registry(&self.blobs, &self.metadata, &self.clock, settings);
        Self { registry, ..self }
    }

    /// The same content through wrapped stores.
    pub(crate) fn through(
        self,
        blobs: impl FnOnce(Arc<dyn BlobStore>) -> Arc<dyn BlobStore>,
        metadata: impl FnOnce(Arc<dyn MetadataStore>) -> Arc<dyn MetadataStore>,
    ) -> Self {
        let settings = Settings::clone(&self.registry.settings());
        let (blobs, metadata) = (blobs(self.blobs), metadata(self.metadata));
        let registry = registry(&blobs, &metadata, &self.clock, settings);
        Self { registry, blobs, metadata, ..self }
    }

    /// Another registry on the same stores, as another process would have it.
    pub(crate) fn second(&self) -> Registry {
        registry(&self.blobs, &self.metadata, &self.clock, Settings::clone(&self.registry.settings()))
    }

    pub(crate) fn repository(&self, name: &str) -> Repository {
        self.registry.repository(name.parse().unwrap())
    }

    /// Pushes a blob and answers its digest.
    pub(crate) async fn blob(&self, repository: &str, content: &[u8]) -> Digest {
        let digest = Digest::sha256_of(content);
        let put = self.repository(repository).put_blob(actor(), &digest, None, body(content)).await;
        assert_eq!(put.unwrap().size, content.len() as u64);
        digest
    }

    /// How many blobs the store keeps, whoever knows them.
    pub(crate) async fn stored(&self) -> usize {
        let all = registry_core::PageRequest::first(10_000);
        self.blobs.list(&all).await.unwrap().items.len()
    }
}

fn registry(
    blobs: &Arc<dyn BlobStore>,
    metadata: &Arc<dyn MetadataStore>,
    clock: &Arc<HandClock>,
    settings: Settings,
) -> Registry {
    let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(clock);
    Registry::builder(Arc::clone(blobs), Arc::clone(metadata)).settings(settings).clock(clock).build()
}

/// A clock that goes on when it is told to.
#[derive(Debug)]
pub(crate) struct HandClock(AtomicU64);

impl Default for HandClock {
    fn default() -> Self {
        Self(AtomicU64::new(1_700_000_000_000_000))
    }
}

impl HandClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) fn actor() -> &'static Actor {
    static TESTER: LazyLock<Actor> = LazyLock::new(|| "tester".parse().unwrap());
    &TESTER
}

pub(crate) fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

pub(crate) fn name(text: &str) -> RepositoryName {
    text.parse().unwrap()
}
