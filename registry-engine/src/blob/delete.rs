//! Deleting a blob.

use registry_core::{Actor, Digest};
use registry_storage::{Change, Error as Storage, Require};

use crate::{Error, Repository, Result};

impl Repository {
    /// Makes the blob unreadable in this repository (distribution-spec, end-10). Other repositories keep it; its bytes
    /// go later.
    ///
    /// # Errors
    /// [`Error::BlobUnknown`] when it is not readable in this repository; [`Error::InUse`] while a manifest of the
    /// repository names it (C-72); when a store fails.
    ///
    /// # Cancel safety
    /// The blob is readable or not.
    pub async fn delete_blob(&self, actor: &Actor, digest: &Digest) -> Result<()> {
        let (repository, digest) = (self.name.clone(), *digest);
        let commit = self
            .commit(actor)
            .require(Require::Blob { repository: repository.clone(), digest, present: true })
            .require(Require::BlobUnused { repository: repository.clone(), digest })
            .change(Change::UnlinkBlob { repository, digest });
        match self.inner.commit(commit).await {
            Ok(_) => Ok(()),
            Err(Storage::Conflict { index: 0 }) => Err(Error::BlobUnknown { digest }),
            Err(Storage::Conflict { .. }) => Err(Error::InUse { digest }),
            Err(error) => Err(error.into()),
        }
    }
}
