//! A blob store of your own, proven by the public conformance suite with one macro line.
//!
//! `cargo test -p registry-examples --example blob_store` runs the suite;
//! `cargo run -p registry-examples --example blob_store` puts the store behind a registry.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use registry_core::{Actor, Algorithm, Digest, Page, PageRequest};
use registry_engine::Registry;
use registry_storage::blob::{Appended, BodyStream, Durability};
use registry_storage::metadata::MemoryMetadataStore;
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = MapStore::default();
    let registry = Registry::new(Arc::new(store.clone()), Arc::new(MemoryMetadataStore::new()));
    let repository = registry.repository("team/app".parse()?);
    let bytes = Bytes::from_static(b"kept in a map");
    let digest = Digest::of(Algorithm::Sha256, &bytes);
    let body = Box::pin(futures_util::stream::iter([Ok(bytes)]));
    repository.put_blob(&Actor::anonymous(), &digest, None, body).await?;
    for location in store.list(&PageRequest::first(10)).await?.items {
        eprintln!("{digest} lies at {location}");
    }
    Ok(())
}

/// Keeps bytes in a map. Clones share it.
#[derive(Debug, Clone, Default)]
struct MapStore(Arc<Mutex<Shelves>>);

#[derive(Debug, Default)]
struct Shelves {
    /// Counted up by every upload and never down, so that no location is ever used twice (B-6).
    uploads_begun: u64,
    uploads: BTreeMap<String, Vec<u8>>,
    blobs: BTreeMap<String, Bytes>,
}

impl MapStore {
    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BlobStore for MapStore {
    async fn begin(&self, _size_hint: Option<u64>) -> Result<UploadToken> {
        let mut shelves = self.shelves();
        shelves.uploads_begun += 1;
        let name = format!("{:020}", shelves.uploads_begun);
        shelves.uploads.insert(name.clone(), Vec::new());
        Ok(name.into())
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        mut body: BodyStream<'_>,
        _durability: Durability,
    ) -> Result<Appended> {
        self.shelves().truncate(token, offset)?;
        let mut written = 0;
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => {
                    self.shelves().upload(token)?.extend_from_slice(&chunk);
                    written += chunk.len() as u64;
                }
                Err(cause) => return Ok(Appended::interrupted(token.clone(), written, cause)),
            }
        }
        Ok(Appended::whole(token.clone(), written))
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        let mut shelves = self.shelves();
        if (shelves.upload(token)?.len() as u64) < size {
            return Err(Error::Corrupt { reason: "fewer bytes were kept than are committed".to_owned() });
        }
        shelves.truncate(token, size)?;
        let bytes = shelves.uploads.remove(token.as_str()).unwrap_or_default();
        shelves.blobs.insert(token.as_str().to_owned(), bytes.into());
        Ok(token.as_str().into())
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.shelves().uploads.remove(token.as_str());
        Ok(())
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        let bytes = self.shelves().blob(location, size)?;
        if range.start > range.end || range.end > size {
            return Err(Error::Invalid { reason: "the range is not within the blob" });
        }
        let index = |position| usize::try_from(position).map_err(|e| Error::internal("index the blob", e));
        Ok(BlobRead::from_bytes(bytes.slice(index(range.start)?..index(range.end)?)))
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.shelves().blob(location, size).map(drop)
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.shelves().blobs.remove(location.as_str());
        Ok(())
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        let shelves = self.shelves();
        let after = page.last.as_deref().unwrap_or_default();
        let names = shelves.blobs.keys().filter(|name| name.as_str() > after);
        let found =
            names.take(page.limit.saturating_add(1)).map(|name| Location::from(name.as_str())).collect();
        Ok(Page::from_lookahead(found, page.limit))
    }
}

impl Shelves {
    fn upload(&mut self, token: &UploadToken) -> Result<&mut Vec<u8>> {
        self.uploads.get_mut(token.as_str()).ok_or(Error::NotFound { what: "upload" })
    }

    fn truncate(&mut self, token: &UploadToken, len: u64) -> Result<()> {
        let bytes = self.upload(token)?;
        match usize::try_from(len) {
            Ok(len) if len <= bytes.len() => bytes.truncate(len),
            _ => return Err(Error::Invalid { reason: "the offset lies behind what was kept" }),
        }
        Ok(())
    }

    fn blob(&self, location: &Location, size: u64) -> Result<Bytes> {
        let bytes = self.blobs.get(location.as_str()).ok_or(Error::NotFound { what: "location" })?;
        if bytes.len() as u64 != size {
            return Err(Error::Corrupt { reason: format!("{} bytes instead of {size}", bytes.len()) });
        }
        Ok(bytes.clone())
    }
}

// ANCHOR: conformance
#[cfg(test)]
registry_storage::blob_store_conformance!(map_store, || async {
    let store = MapStore::default();
    let same = store.clone();
    registry_storage::conformance::Fixture::new(store, move || std::future::ready(same.clone()))
});
// ANCHOR_END: conformance
