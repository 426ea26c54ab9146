//! Whether a blob is there.

use registry_core::{Actor, Digest};
use registry_storage::metadata::LinkedBlob;
use registry_storage::{Change, Error as Storage, Require};

use crate::{BlobStat, Error, Repository, Result};

impl Repository {
    /// Whether the blob is there, and promises that it stays for the lease window (I-8): a client that hears so will
    /// not push it.
    ///
    /// The lease is written anew only when less than half of the window is left. If the store takes no writes for the
    /// moment, the answer is given without it.
    ///
    /// # Errors
    /// [`Error::BlobUnknown`] when it is not readable in this repository; [`Error::Corrupt`] when its bytes are
    /// missing or damaged; when a store fails.
    ///
    /// # Cancel safety
    /// The lease is renewed or not.
    pub async fn stat_blob(&self, digest: &Digest) -> Result<BlobStat> {
        let blob = self.linked(digest).await?;
        self.probe(digest, &blob).await?;
        let left = blob.leased_until.saturating_since(self.inner.clock.now());
        if left < self.inner.settings().lease_window / 2 {
            self.renew(digest).await?;
        }
        Ok(BlobStat { digest: *digest, size: blob.size })
    }

    async fn renew(&self, digest: &Digest) -> Result<()> {
        let (repository, digest) = (self.name.clone(), *digest);
        let leased_until = self.inner.leased_until();
        let commit = self
            .commit(&Actor::anonymous())
            .require(Require::Blob { repository: repository.clone(), digest, present: true })
            .change(Change::RenewLease { repository, digest, leased_until });
        match self.inner.commit(commit).await {
            Ok(_) | Err(Storage::Full { .. } | Storage::Unavailable { .. }) => Ok(()),
            Err(Storage::Conflict { .. }) => Err(Error::BlobUnknown { digest }),
            Err(error) => Err(error.into()),
        }
    }

    /// The blob, if it is readable in this repository.
    pub(super) async fn linked(&self, digest: &Digest) -> Result<LinkedBlob> {
        let blob = self.inner.metadata.blob(&self.name, digest).await?;
        blob.ok_or(Error::BlobUnknown { digest: *digest })
    }

    /// Whether its bytes can be read.
    pub(super) async fn probe(&self, digest: &Digest, blob: &LinkedBlob) -> Result<()> {
        let probed = self.inner.blobs.probe(&blob.location, blob.size).await;
        probed.map_err(|error| Error::reading(*digest, error))
    }
}
