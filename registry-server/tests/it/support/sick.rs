//! A blob store that is as healthy as it is told to be.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use registry_core::{Page, PageRequest};
use registry_storage::blob::{Appended, BodyStream, Durability, MemoryBlobStore};
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    /// There is no space.
    Full,
    /// Writes fail.
    ReadOnly,
    /// Everything fails.
    Broken,
    /// It cannot be reached.
    Away,
    /// It never answers.
    Silent,
    /// It answers other bytes than were stored.
    Twisted,
}

#[derive(Debug)]
pub(crate) struct Sick {
    inner: MemoryBlobStore,
    health: Mutex<Health>,
    /// How often it was asked for a list.
    pub(crate) asked: AtomicU64,
}

impl Default for Sick {
    fn default() -> Self {
        Self { inner: MemoryBlobStore::new(), health: Mutex::new(Health::Well), asked: AtomicU64::new(0) }
    }
}

impl Sick {
    pub(crate) fn be(&self, health: Health) {
        *self.health.lock().unwrap() = health;
    }

    /// How many blobs it holds.
    pub(crate) async fn stored(&self) -> usize {
        self.inner.list(&PageRequest::first(100)).await.unwrap().items.len()
    }

    fn now(&self) -> Health {
        *self.health.lock().unwrap()
    }

    async fn check(&self) -> Result<()> {
        match self.now() {
            Health::Broken => Err(Error::internal("read a secret place", "secret")),
            Health::Away => Err(Error::Unavailable { retry_after: None, source: "secret".into() }),
            Health::Silent => std::future::pending().await,
            _ => Ok(()),
        }
    }

    async fn check_write(&self) -> Result<()> {
        match self.now() {
            Health::Full => Err(Error::Full { source: "secret".into() }),
            Health::ReadOnly => Err(Error::internal("write to a secret place", "secret")),
            _ => self.check().await,
        }
    }
}

#[async_trait]
impl BlobStore for Sick {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        self.check_write().await?;
        self.inner.begin(size_hint).await
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        self.check_write().await?;
        self.inner.append(token, offset, body, durability).await
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        self.check_write().await?;
        self.inner.commit(token, size).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.inner.abort(token).await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        self.check().await?;
        if self.now() == Health::Twisted {
            return Ok(BlobRead::from_bytes(Bytes::from_static(b"other bytes")));
        }
        self.inner.read(location, size, range).await
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.check().await?;
        self.inner.probe(location, size).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.inner.delete(location).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.check().await?;
        self.inner.list(page).await
    }
}
