//! Beginning a session.

use bytes::Bytes;
use registry_core::{Actor, Hasher};
use registry_storage::metadata::{UploadId, UploadRecord};
use registry_storage::{Change, Require};

use super::session::status;
use super::{StartUpload, UploadStatus};
use crate::{Repository, Result};

impl Repository {
    /// Begins an upload session (distribution-spec, end-4a), which can be used in this repository only.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Leaves at most a session that nobody knows of, for later cleaning.
    pub async fn start_upload(&self, actor: &Actor, start: StartUpload) -> Result<UploadStatus> {
        let id = UploadId::random()?;
        let hasher = Hasher::new(start.algorithm.unwrap_or_default());
        let token = self.inner.blobs.begin(start.size_hint).await?;
        let now = self.inner.clock.now();
        let record = UploadRecord::new(id, self.name.clone(), token.clone(), Bytes::from(hasher.save()), now);
        let started = status(&record);
        let commit = self
            .commit(actor)
            .require(Require::Upload { id, version: None })
            .change(Change::PutUpload(Box::new(record)));
        if let Err(error) = self.inner.commit(commit).await {
            // The caller learns why it failed; bytes that cannot be given back now are left to later cleaning.
            let _ = self.inner.blobs.abort(&token).await;
            return Err(error.into());
        }
        Ok(started)
    }

    /// Where the session stands (distribution-spec, end-13).
    ///
    /// # Errors
    /// [`Error::UploadUnknown`](crate::Error::UploadUnknown) when there is no such session in this repository; when a
    /// store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn upload_status(&self, id: &UploadId) -> Result<UploadStatus> {
        Ok(status(&self.session(id).await?))
    }
}
