//! One-shot uploads.

use registry_core::{Actor, Digest, Hasher};
use registry_storage::blob::{BodyStream, Durability};

use super::Own;
use crate::upload::{End, receive, verify};
use crate::{BlobStat, Error, Repository, Result};

impl Repository {
    /// Takes a whole blob in one request, without a session (distribution-spec, end-4b). `length` is what was
    /// announced, if it was.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] and [`Error::DigestMismatch`] when the body is not what was announced;
    /// [`Error::Interrupted`] when it failed; when a store fails. No bytes are kept then.
    ///
    /// # Cancel safety
    /// The blob is readable or not. Bytes may be left for later cleaning.
    pub async fn put_blob(
        &self,
        actor: &Actor,
        digest: &Digest,
        length: Option<u64>,
        body: BodyStream<'_>,
    ) -> Result<BlobStat> {
        let store = &*self.inner.blobs;
        let token = store.begin(length).await?;
        let hasher = Hasher::new(digest.algorithm());
        let received = match receive(store, &token, 0, hasher, length, body, Durability::OnCommit).await {
            Ok(received) => received,
            Err(error) => {
                self.discard(Own::Upload(token)).await;
                return Err(error.into());
            }
        };
        let verdict = match (received.end, received.hasher.digest(digest.algorithm())) {
            (End::Interrupted(source), _) => Err(Error::Interrupted { source }),
            (End::WrongLength { expected, actual }, _) => Err(Error::SizeMismatch { expected, actual }),
            (End::Whole, Some(actual)) => verify(digest, actual),
            (End::Whole, None) => Err(Error::Unsupported { what: "the digest algorithm" }),
        };
        let own = Own::Upload(received.token);
        match verdict {
            Ok(()) => self.place(actor, digest, received.written, own, None).await,
            Err(error) => {
                self.discard(own).await;
                Err(error)
            }
        }
    }
}
