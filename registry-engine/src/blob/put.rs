//! One-shot uploads.

use registry_core::{Actor, Digest};
use registry_storage::blob::BodyStream;

use super::{Own, take};
use crate::{BlobStat, Repository, Result};

impl Repository {
    /// Takes a whole blob in one request, without a session (distribution-spec, end-4b). `length` is what was
    /// announced, if it was.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) and [`Error::DigestMismatch`](crate::Error::DigestMismatch)
    /// when the body is not what was announced; [`Error::Interrupted`](crate::Error::Interrupted) when it failed; when
    /// a store fails. No bytes are kept then.
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
        let (token, written) = take(&*self.inner.blobs, digest, length, body).await?;
        self.place(actor, digest, written, Own::Upload(token), None).await
    }
}
