//! Only one may complete a multipart upload, in whatever process it is.
//!
//! Most services see to that: they refuse to complete again, or to overwrite what is there. For the others, whoever
//! wants to complete says so with an object, and looks whether somebody else has said so or been there: of two that do
//! this at once, each sees the other, so that none or one of them goes on.

use std::time::Duration;

use bytes::Bytes;

use super::inner::Inner;
use super::layout::Beside;
use crate::blob::UNKNOWN_UPLOAD;
use crate::blob::object_id::ObjectId;
use crate::{Error, Result};

/// The key of a claim, where one was needed.
pub(super) type Claim = Option<String>;

/// Claims the right to complete.
///
/// # Errors
/// [`Error::NotFound`] when it is done already; [`Error::Unavailable`] when somebody else claims it.
pub(super) async fn claim(inner: &Inner, upload: ObjectId, key: &str) -> Result<Claim> {
    if inner.conditions.completes_once {
        return Ok(None);
    }
    let own = inner.layout.beside(upload, Beside::Claim(ObjectId::random()?));
    inner.service.put(&own, vec![Bytes::from_static(b"claimed")]).await?;
    let verdict = alone(inner, upload, key, &own).await;
    let claim = Some(own);
    match verdict {
        Ok(()) => Ok(claim),
        Err(error) => {
            release(inner, claim).await;
            Err(error)
        }
    }
}

async fn alone(inner: &Inner, upload: ObjectId, key: &str, own: &str) -> Result<()> {
    let (claims, _) = inner.service.list(&inner.layout.claims(upload), None, None, 10).await?;
    if claims.iter().any(|claim| claim.location.as_ref() != own) {
        let source = "another process is completing the upload".into();
        return Err(Error::Unavailable { retry_after: Some(Duration::from_secs(1)), source });
    }
    match inner.service.size(key).await {
        Err(Error::NotFound { .. }) => Ok(()),
        Ok(_) if inner.ledger.is_doubtful(upload) => Ok(()),
        Ok(_) => Err(UNKNOWN_UPLOAD),
        Err(error) => Err(error),
    }
}

/// Takes a claim back. One that stays is found with the upload when that is stale.
pub(super) async fn release(inner: &Inner, claim: Claim) {
    if let Some(key) = claim {
        let _ = inner.service.delete(&key).await;
    }
}

/// Removes the claims that crashes left.
pub(super) async fn forget(inner: &Inner, upload: ObjectId) -> Result<()> {
    if inner.conditions.completes_once {
        return Ok(());
    }
    let (claims, _) = inner.service.list(&inner.layout.claims(upload), None, None, 1000).await?;
    let keys: Vec<String> = claims.into_iter().map(|claim| claim.location.into()).collect();
    inner.delete_all(&keys).await
}
