//! Reading a blob.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use registry_core::Digest;
use registry_storage::{BlobRead, Location};

use crate::registry::Inner;
use crate::{Error, Repository, Result};

/// A blob that is readable: what it is, and a way to its bytes.
#[derive(Debug, Clone)]
pub struct BlobHandle {
    inner: Arc<Inner>,
    digest: Digest,
    size: u64,
    location: Location,
}

impl BlobHandle {
    /// Its digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The bytes from `range.start` up to and without `range.end`.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the stored bytes are missing or have another length; when a store fails, also for a
    /// range outside of the blob.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn read(&self, range: Range<u64>) -> Result<BlobRead> {
        let read = self.inner.blobs.read(&self.location, self.size, range).await;
        read.map_err(|error| Error::reading(self.digest, error))
    }

    /// An address from which a client may fetch all of it for about `valid_for` without this registry, where the store
    /// offers that. Whoever has it can read the blob until then: it is a secret, and belongs into no log.
    ///
    /// # Errors
    /// When the store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn direct_url(&self, valid_for: Duration) -> Result<Option<String>> {
        let url = self.inner.blobs.direct_url(&self.location, valid_for).await;
        url.map_err(|error| Error::reading(self.digest, error))
    }
}

impl Repository {
    /// The blob to be read. Writes nothing, and touches its bytes only when they are asked for.
    ///
    /// # Errors
    /// [`Error::BlobUnknown`] when it is not readable in this repository; when a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn read_blob(&self, digest: &Digest) -> Result<BlobHandle> {
        let blob = self.inner.metadata.readable_blob(&self.name, digest).await?;
        let blob = blob.ok_or(Error::BlobUnknown { digest: *digest })?;
        let inner = Arc::clone(&self.inner);
        Ok(BlobHandle { inner, digest: *digest, size: blob.size, location: blob.location })
    }
}
