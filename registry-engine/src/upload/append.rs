//! Adding a chunk.

use registry_core::Actor;
use registry_storage::blob::{BodyStream, Durability};
use registry_storage::metadata::UploadId;

use super::session::{hasher, status};
use super::{Chunk, End, UploadStatus, receive};
use crate::{Error, Repository, Result};

impl Repository {
    /// Adds a chunk to the upload (distribution-spec, end-5). When this returns, the bytes survive a crash.
    ///
    /// # Errors
    /// - [`Error::UploadUnknown`] when there is no such session in this repository;
    /// - [`Error::OutOfOrder`] when the chunk does not begin where the upload ends, [`Error::SizeMismatch`] when the
    ///   body has not the announced length: the upload is as before;
    /// - [`Error::Interrupted`] when the body failed: what had come is kept, and the chunk after it is welcome;
    /// - [`Error::Busy`] when another request uses the session for too long;
    /// - when a store fails.
    ///
    /// # Cancel safety
    /// The upload is as before, or has the whole chunk.
    pub async fn append_upload(
        &self,
        actor: &Actor,
        id: &UploadId,
        chunk: Chunk,
        body: BodyStream<'_>,
    ) -> Result<UploadStatus> {
        let _pass = self.inner.gates.enter(*id, self.inner.settings().gate_wait).await?;
        let record = self.session(id).await?;
        let expected = chunk.expected(&record)?;
        let hasher = hasher(&record, None)?;
        let store = &*self.inner.blobs;
        let received =
            receive(store, &record.token, record.offset, hasher, expected, body, Durability::OnReturn).await;
        let mut received = match received {
            Ok(received) => received,
            Err(error) => return Err(self.store_failed(actor, &record, error).await),
        };
        match std::mem::replace(&mut received.end, End::Whole) {
            End::Whole if received.written == 0 => Ok(status(&record)),
            End::Whole => self.advance(actor, &record, received).await,
            End::Interrupted(source) if received.written == 0 => {
                self.keep_token(actor, &record, received.token).await?;
                Err(Error::Interrupted { source })
            }
            End::Interrupted(source) => {
                self.advance(actor, &record, received).await?;
                Err(Error::Interrupted { source })
            }
            End::WrongLength { expected, actual } => {
                self.keep_token(actor, &record, received.token).await?;
                Err(Error::SizeMismatch { expected, actual })
            }
        }
    }
}
