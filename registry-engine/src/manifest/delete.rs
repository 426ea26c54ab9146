//! Deleting manifests.

use registry_core::{Actor, Digest};
use registry_storage::{Change, Error as Storage, Require};

use crate::{Condition, Error, Repository, Result};

impl Repository {
    /// Deletes the manifest and with it, in the same step, every tag that points to it (distribution-spec, end-9;
    /// C-59). What it named stays.
    ///
    /// # Errors
    /// [`Error::ManifestUnknown`] when there is none; [`Error::RepositoryUnknown`] when there is no such repository
    /// either; [`Error::ConditionFailed`]; [`Error::InUse`] while an index of the repository names it; when a store
    /// fails.
    ///
    /// # Cancel safety
    /// The change is made whole or not at all.
    pub async fn delete_manifest(&self, actor: &Actor, digest: &Digest, condition: Condition) -> Result<()> {
        let (repository, digest) = (self.name.clone(), *digest);
        if !condition.holds(Some(&digest)) {
            self.stat_manifest(&digest.into()).await?;
            return Err(Error::ConditionFailed { current: Some(digest) });
        }
        let commit = self
            .commit(actor)
            .require(Require::Manifest { repository: repository.clone(), digest, present: true })
            .require(Require::ManifestUnused { repository: repository.clone(), digest })
            .change(Change::DeleteManifest { repository, digest });
        match self.inner.commit(commit).await {
            Ok(_) => Ok(()),
            Err(Storage::Conflict { index: 0 }) => Err(self.manifest_unknown(digest.into()).await),
            Err(Storage::Conflict { .. }) => Err(Error::InUse { digest }),
            Err(error) => Err(error.into()),
        }
    }
}
