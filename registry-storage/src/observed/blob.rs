//! Bytes under observation.

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Page, PageRequest};

use super::Observed;
use crate::Result;
use crate::blob::{Appended, BlobRead, BlobStore, BodyStream, Durability, Location, UploadToken};
use crate::foreign::Foreign;

#[async_trait]
impl<S: BlobStore + ?Sized> BlobStore for Observed<S> {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        self.tell("blob", "begin", self.inner.begin(size_hint)).await
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        self.tell("blob", "append", self.inner.append(token, offset, body, durability)).await
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        self.tell("blob", "commit", self.inner.commit(token, size)).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.tell("blob", "abort", self.inner.abort(token)).await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        self.tell("blob", "read", self.inner.read(location, size, range)).await
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.tell("blob", "probe", self.inner.probe(location, size)).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.tell("blob", "delete", self.inner.delete(location)).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        self.tell("blob", "list", self.inner.list(page)).await
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        self.tell("blob", "stale_uploads", self.inner.stale_uploads(age, limit)).await
    }

    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        self.tell("blob", "adopt", self.inner.adopt(foreign, size)).await
    }

    async fn direct_url(&self, location: &Location, valid_for: Duration) -> Result<Option<String>> {
        self.tell("blob", "direct_url", self.inner.direct_url(location, valid_for)).await
    }
}
