//! Giving up a session.

use registry_core::Actor;
use registry_storage::metadata::UploadId;

use crate::{Repository, Result};

impl Repository {
    /// Ends the session and gives its bytes back (distribution-spec, "Canceling an upload").
    ///
    /// # Errors
    /// [`Error::UploadUnknown`](crate::Error::UploadUnknown) when there is no such session in this repository;
    /// [`Error::Busy`](crate::Error::Busy) when another request uses it for too long; when a store fails.
    ///
    /// # Cancel safety
    /// The session is there or not; bytes may be left for later cleaning.
    pub async fn cancel_upload(&self, actor: &Actor, id: &UploadId) -> Result<()> {
        let _pass = self.inner.gates.enter(*id, self.inner.settings().gate_wait).await?;
        let record = self.session(id).await?;
        self.end(actor, &record).await?;
        // The session is gone, which is what was asked for; bytes that cannot be given back now are left to later
        // cleaning.
        let _ = self.inner.blobs.abort(&record.token).await;
        Ok(())
    }
}
