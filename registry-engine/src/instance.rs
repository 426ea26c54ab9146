//! Which registry this is.

use bytes::Bytes;
use registry_core::Actor;
use registry_storage::metadata::UploadId;
use registry_storage::{Change, Commit, Error as Storage, Require};

use crate::{Registry, Result};

const KIND: &str = "registry.instance";
const KEY: &str = "id";

impl Registry {
    /// What tells this registry from all others: 32 hex digits that are drawn once and kept in its metadata, so that
    /// they outlive restarts and are the same for everybody on the same stores.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// The id may have been drawn; the next call answers the same.
    pub async fn instance(&self) -> Result<String> {
        loop {
            if let Some(document) = self.inner.metadata.document(KIND, KEY).await? {
                return Ok(String::from_utf8_lossy(&document.value).into_owned());
            }
            let id = UploadId::random()?.to_string();
            let (kind, key) = (KIND.to_owned(), KEY.to_owned());
            let commit = Commit::new(Actor::system(), self.now())
                .require(Require::Document { kind: kind.clone(), key: key.clone(), version: None })
                .change(Change::PutDocument { kind, key, value: Bytes::from(id.clone()) });
            match self.inner.commit(commit).await {
                Ok(_) => return Ok(id),
                // Somebody else was faster.
                Err(Storage::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
