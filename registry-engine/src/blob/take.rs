//! Taking in whole blobs.

use registry_core::{Digest, Hasher};
use registry_storage::blob::{BodyStream, Durability};
use registry_storage::{BlobStore, UploadToken};

use crate::upload::{End, receive, verify};
use crate::{Error, Result};

/// Writes a whole body and verifies it. The answer is an upload that can be made permanent, and its size.
///
/// # Errors
/// [`Error::SizeMismatch`] and [`Error::DigestMismatch`] when the body is not what was announced;
/// [`Error::Interrupted`] when it failed; when the store fails. The store keeps nothing of it then.
pub(crate) async fn take(
    store: &dyn BlobStore,
    digest: &Digest,
    length: Option<u64>,
    body: BodyStream<'_>,
) -> Result<(UploadToken, u64)> {
    let token = store.begin(length).await?;
    let hasher = Hasher::new(digest.algorithm());
    let (token, taken) = match receive(store, &token, 0, hasher, length, body, Durability::OnCommit).await {
        Err(error) => (token, Err(error.into())),
        Ok(received) => {
            let verdict = match (received.end, received.hasher.digest(digest.algorithm())) {
                (End::Interrupted(source), _) => Err(Error::Interrupted { source }),
                (End::WrongLength { expected, actual }, _) => Err(Error::SizeMismatch { expected, actual }),
                (End::Whole, Some(actual)) => verify(digest, actual),
                (End::Whole, None) => Err(Error::Unsupported { what: "the digest algorithm" }),
            };
            (received.token, verdict.map(|()| received.written))
        }
    };
    match taken {
        Ok(written) => Ok((token, written)),
        Err(error) => {
            // What cannot be given back now is left to later cleaning.
            let _ = store.abort(&token).await;
            Err(error)
        }
    }
}
