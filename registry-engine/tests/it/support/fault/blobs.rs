//! Bytes.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Page, PageRequest};
use registry_storage::blob::{Appended, BodyStream, Durability};
use registry_storage::foreign::Foreign;
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

use super::{Faults, Kind};

#[derive(Debug)]
pub(crate) struct FaultyBlobs {
    pub(super) inner: Arc<dyn BlobStore>,
    pub(super) faults: Faults,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl BlobStore for FaultyBlobs {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        self.faults.call(Kind::Writes, self.inner.begin(size_hint)).await
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        self.faults.call(Kind::Writes, self.inner.append(token, offset, body, durability)).await
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        self.faults.call(Kind::Writes, self.inner.commit(token, size)).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.faults.call(Kind::Writes, self.inner.abort(token)).await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        self.faults.call(Kind::Reads, self.inner.read(location, size, range)).await
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.faults.call(Kind::Reads, self.inner.probe(location, size)).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.faults.call(Kind::Writes, self.inner.delete(location)).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        self.faults.call(Kind::Reads, self.inner.list(page)).await
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        self.faults.call(Kind::Reads, self.inner.stale_uploads(age, limit)).await
    }

    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        if self.faults.plan.lock().unwrap().refuses_adoption {
            return Err(Error::internal("adopt", "as planned"));
        }
        self.faults.call(Kind::Writes, self.inner.adopt(foreign, size)).await
    }

    async fn direct_url(&self, location: &Location, valid_for: Duration) -> Result<Option<String>> {
        self.faults.call(Kind::Reads, self.inner.direct_url(location, valid_for)).await
    }
}
