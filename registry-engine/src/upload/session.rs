//! The record of a session: reading it, going on from it, replacing it.

use bytes::Bytes;
use registry_core::{Actor, Algorithm, Hasher};
use registry_storage::metadata::{UploadId, UploadRecord};
use registry_storage::{Change, Error as Storage, Require, UploadToken};

use super::receive::Received;
use super::{Chunk, UploadStatus};
use crate::{Error, Repository, Result};

impl Chunk {
    /// How many bytes the body of this chunk of the upload must have, where that is known.
    ///
    /// # Errors
    /// [`Error::OutOfOrder`] when it does not begin where the upload ends (C-28); [`Error::SizeMismatch`] when what
    /// is known of it does not agree (C-29).
    pub(super) fn expected(&self, record: &UploadRecord) -> Result<Option<u64>> {
        let Some(range) = self.range else { return Ok(self.length) };
        if range.first() != record.offset {
            return Err(Error::OutOfOrder { status: status(record) });
        }
        match self.length {
            Some(actual) if actual != range.len() => {
                Err(Error::SizeMismatch { expected: range.len(), actual })
            }
            _ => Ok(Some(range.len())),
        }
    }
}

/// Where the session stands.
pub(super) const fn status(record: &UploadRecord) -> UploadStatus {
    UploadStatus { id: record.id, offset: record.offset }
}

/// The hasher to go on with. At the beginning it takes in `also` as well; later it is too late for that.
pub(super) fn hasher(record: &UploadRecord, also: Option<Algorithm>) -> Result<Hasher> {
    let saved = Hasher::restore(&record.hash_state)
        .map_err(|error| Error::Internal { context: "restore the hash state", source: error.into() })?;
    match also {
        Some(also) if record.offset == 0 => {
            let algorithms: Vec<_> = saved.algorithms().chain([also]).collect();
            Ok(Hasher::with_algorithms(&algorithms))
        }
        _ => Ok(saved),
    }
}

impl Repository {
    /// The record of the session, if it belongs to this repository.
    ///
    /// # Errors
    /// [`Error::UploadUnknown`] when it does not exist, or belongs to another one: both look the same.
    pub(super) async fn session(&self, id: &UploadId) -> Result<UploadRecord> {
        let record = self.inner.metadata.upload(id).await?;
        record.filter(|record| record.repository == self.name).ok_or(Error::UploadUnknown { id: *id })
    }

    /// Replaces the record by what it is after these bytes.
    pub(super) async fn advance(
        &self,
        actor: &Actor,
        record: &UploadRecord,
        received: Received,
    ) -> Result<UploadStatus> {
        let mut next = record.clone();
        next.offset += received.written;
        next.hash_state = Bytes::from(received.hasher.save());
        next.token = received.token;
        self.replace(actor, record, next).await
    }

    /// Keeps the token of an upload that otherwise stays as it was.
    pub(super) async fn keep_token(
        &self,
        actor: &Actor,
        record: &UploadRecord,
        token: UploadToken,
    ) -> Result<()> {
        if token != record.token {
            let mut next = record.clone();
            next.token = token;
            self.replace(actor, record, next).await?;
        }
        Ok(())
    }

    async fn replace(
        &self,
        actor: &Actor,
        record: &UploadRecord,
        mut next: UploadRecord,
    ) -> Result<UploadStatus> {
        next.updated = self.inner.clock.now();
        let now = status(&next);
        let commit = self.commit(actor).require(unchanged(record)).change(Change::PutUpload(Box::new(next)));
        match self.inner.commit(commit).await {
            Ok(_) => Ok(now),
            Err(Storage::Conflict { .. }) => Err(self.overtaken(&record.id).await),
            Err(error) => Err(error.into()),
        }
    }

    /// What it means that the record changed meanwhile, which only another process can have done.
    pub(crate) async fn overtaken(&self, id: &UploadId) -> Error {
        match self.session(id).await {
            Ok(_) => Error::Busy,
            Err(error) => error,
        }
    }

    /// What it means that the store failed on the session's bytes. If it does not know them, the session is of no use
    /// any more and is ended.
    pub(crate) async fn store_failed(&self, actor: &Actor, record: &UploadRecord, error: Storage) -> Error {
        if !matches!(error, Storage::NotFound { .. }) {
            return error.into();
        }
        match self.end(actor, record).await {
            Ok(()) => Error::UploadUnknown { id: record.id },
            Err(error) => error,
        }
    }

    /// Removes the record.
    pub(super) async fn end(&self, actor: &Actor, record: &UploadRecord) -> Result<()> {
        self.end_if(actor, record, None).await
    }

    /// Removes the record, if this holds too. Otherwise it is in use by others, as after any change of it.
    pub(super) async fn end_if(
        &self,
        actor: &Actor,
        record: &UploadRecord,
        fence: Option<&Require>,
    ) -> Result<()> {
        let mut commit =
            self.commit(actor).require(unchanged(record)).change(Change::DeleteUpload { id: record.id });
        commit.requires.extend(fence.cloned());
        match self.inner.commit(commit).await {
            Ok(_) => Ok(()),
            Err(Storage::Conflict { .. }) => Err(self.overtaken(&record.id).await),
            Err(error) => Err(error.into()),
        }
    }
}

/// That the record is still the one that was read.
pub(crate) const fn unchanged(record: &UploadRecord) -> Require {
    Require::Upload { id: record.id, version: Some(record.version) }
}
