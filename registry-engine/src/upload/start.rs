//! Beginning a session.

use bytes::Bytes;
use registry_core::{Actor, Hasher};
use registry_storage::metadata::{UploadId, UploadRecord};
use registry_storage::{Change, Error as Storage, Require};

use super::session::status;
use super::{StartUpload, UploadStatus};
use crate::{Error, Repository, Result, Settings};

impl Repository {
    /// Begins an upload session (distribution-spec, end-4a), which can be used in this repository only.
    ///
    /// # Errors
    /// [`Error::TooManyUploads`] when as many sessions are open as there may be; when a store fails.
    ///
    /// # Cancel safety
    /// Leaves at most a session that nobody knows of, for later cleaning.
    pub async fn start_upload(&self, actor: &Actor, start: StartUpload) -> Result<UploadStatus> {
        let settings = self.inner.settings();
        self.check_room(&settings).await?;
        let id = UploadId::random()?;
        let hasher = Hasher::new(start.algorithm.unwrap_or_default());
        let token = self.inner.blobs.begin(start.size_hint).await?;
        let now = self.inner.clock.now();
        let record = UploadRecord::new(id, self.name.clone(), token.clone(), Bytes::from(hasher.save()), now);
        let started = status(&record);
        let commit = self
            .commit(actor)
            .require(Require::Upload { id, version: None })
            .require(self.room_here(&settings))
            .require(room_everywhere(&settings))
            .change(Change::PutUpload(Box::new(record)));
        if let Err(error) = self.inner.commit(commit).await {
            // The caller learns why it failed; bytes that cannot be given back now are left to later cleaning.
            let _ = self.inner.blobs.abort(&token).await;
            return Err(match error {
                Storage::Conflict { index: 1 } => too_many_here(&settings),
                Storage::Conflict { index: 2 } => too_many_everywhere(&settings),
                error => error.into(),
            });
        }
        Ok(started)
    }

    /// Refuses early what the commit would refuse late, with work for the store in between.
    async fn check_room(&self, settings: &Settings) -> Result<()> {
        let metadata = &self.inner.metadata;
        if metadata.upload_count(Some(&self.name)).await? >= settings.max_uploads_per_repository {
            return Err(too_many_here(settings));
        }
        if metadata.upload_count(None).await? >= settings.max_uploads {
            return Err(too_many_everywhere(settings));
        }
        Ok(())
    }

    fn room_here(&self, settings: &Settings) -> Require {
        let below = settings.max_uploads_per_repository;
        Require::UploadRoom { repository: Some(self.name.clone()), below }
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

const fn room_everywhere(settings: &Settings) -> Require {
    Require::UploadRoom { repository: None, below: settings.max_uploads }
}

const fn too_many_here(settings: &Settings) -> Error {
    Error::TooManyUploads { limit: settings.max_uploads_per_repository, in_repository: true }
}

const fn too_many_everywhere(settings: &Settings) -> Error {
    Error::TooManyUploads { limit: settings.max_uploads, in_repository: false }
}
