//! Closing a session.

use futures_util::TryStreamExt;
use registry_core::{Actor, Digest, Hasher};
use registry_storage::blob::{BodyStream, Durability};
use registry_storage::metadata::{UploadId, UploadRecord};
use registry_storage::{Location, UploadToken};

use super::session::hasher;
use super::{Chunk, End, receive, verify};
use crate::blob::Own;
use crate::{BlobStat, Error, Repository, Result};

impl Repository {
    /// Closes the session: adds the last chunk, if there is one, verifies the digest and makes the blob readable
    /// (distribution-spec, end-6).
    ///
    /// # Errors
    /// - [`Error::UploadUnknown`] when there is no such session in this repository: also when it was finished before;
    /// - [`Error::OutOfOrder`], [`Error::SizeMismatch`] and [`Error::DigestMismatch`]: the upload is as before, the
    ///   case named at [`Error::DigestMismatch`] apart;
    /// - [`Error::Interrupted`] when the body failed: the upload is as before;
    /// - [`Error::Busy`] when another request uses the session for too long;
    /// - when a store fails.
    ///
    /// # Cancel safety
    /// The upload is as before, or the blob is readable and the session gone. Dropped between the two, the session can
    /// only be ended, and bytes may be left for later cleaning.
    pub async fn finish_upload(
        &self,
        actor: &Actor,
        id: &UploadId,
        digest: &Digest,
        chunk: Chunk,
        body: BodyStream<'_>,
    ) -> Result<BlobStat> {
        let _pass = self.inner.gates.enter(*id, self.inner.settings().gate_wait).await?;
        let record = self.session(id).await?;
        let expected = chunk.expected(&record)?;
        let hasher = hasher(&record, Some(digest.algorithm()))?;
        let store = &*self.inner.blobs;
        let received =
            receive(store, &record.token, record.offset, hasher, expected, body, Durability::OnCommit).await;
        let received = match received {
            Ok(received) => received,
            Err(error) => return Err(self.store_failed(actor, &record, error).await),
        };
        let size = record.offset + received.written;
        let verdict = match (received.end, received.hasher.digest(digest.algorithm())) {
            (End::Interrupted(source), _) => Err(Error::Interrupted { source }),
            (End::WrongLength { expected, actual }, _) => Err(Error::SizeMismatch { expected, actual }),
            (End::Whole, Some(actual)) => {
                verify(digest, actual).map(|()| Own::Upload(received.token.clone()))
            }
            (End::Whole, None) => {
                let location = self.verify_back(actor, &record, &received.token, digest, size).await?;
                Ok(Own::Location(location))
            }
        };
        match verdict {
            Ok(own) => self.place(actor, digest, size, own, Some(&record)).await,
            Err(error) => {
                self.keep_token(actor, &record, received.token).await?;
                Err(error)
            }
        }
    }

    /// Makes the bytes permanent, unknown to anybody yet, and reads them back once to verify a digest whose algorithm
    /// was not computed while they came. Whatever goes wrong from here on ends the session, for it cannot go on.
    async fn verify_back(
        &self,
        actor: &Actor,
        record: &UploadRecord,
        token: &UploadToken,
        digest: &Digest,
        size: u64,
    ) -> Result<Location> {
        let location = match self.inner.blobs.commit(token, size).await {
            Ok(location) => location,
            Err(error) => return Err(self.store_failed(actor, record, error).await),
        };
        match self.read_back(&location, digest, size).await {
            Ok(()) => Ok(location),
            Err(error) => {
                // Nobody else knows this location. What cannot be cleaned up now is left to later cleaning.
                let _ = self.inner.blobs.delete(&location).await;
                let _ = self.end(actor, record).await;
                Err(error)
            }
        }
    }

    async fn read_back(&self, location: &Location, digest: &Digest, size: u64) -> Result<()> {
        let mut hasher = Hasher::new(digest.algorithm());
        let mut read = self.inner.blobs.read(location, size, 0..size).await?;
        while let Some(bytes) = read.try_next().await? {
            hasher.update(&bytes);
        }
        match hasher.digest(digest.algorithm()) {
            Some(actual) => verify(digest, actual),
            None => Err(Error::Unsupported { what: "the digest algorithm" }),
        }
    }
}
