//! Reading manifests.

use registry_core::Reference;
use registry_storage::metadata::{ManifestRecord, ManifestStat};

use crate::{Error, Repository, Result};

impl Repository {
    /// The manifest as it was pushed (distribution-spec, end-3). Writes nothing.
    ///
    /// # Errors
    /// [`Error::ManifestUnknown`] when there is none; [`Error::RepositoryUnknown`] when there is no such repository
    /// either; when a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn manifest(&self, reference: &Reference) -> Result<ManifestRecord> {
        match self.inner.metadata.manifest(&self.name, reference).await? {
            Some(record) => Ok(record),
            None => Err(self.manifest_unknown(reference.clone()).await),
        }
    }

    /// The manifest without its bytes. Writes nothing.
    ///
    /// # Errors
    /// As of [`manifest`](Self::manifest).
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn stat_manifest(&self, reference: &Reference) -> Result<ManifestStat> {
        match self.inner.metadata.manifest_stat(&self.name, reference).await? {
            Some(stat) => Ok(stat),
            None => Err(self.manifest_unknown(reference.clone()).await),
        }
    }

    /// What it means that the manifest is not there (C-11).
    pub(crate) async fn manifest_unknown(&self, reference: Reference) -> Error {
        match self.exists().await {
            Ok(true) => Error::ManifestUnknown { reference },
            Ok(false) => Error::RepositoryUnknown,
            Err(error) => error,
        }
    }
}
