//! Deleting tags.

use registry_core::{Actor, Tag, TagCause};
use registry_storage::{Change, Error as Storage};

use crate::repository::ATTEMPTS;
use crate::{Condition, Error, Repository, Result};

impl Repository {
    /// Deletes the tag (distribution-spec, end-9). The manifest and its other tags stay (R23), and so does the history.
    ///
    /// # Errors
    /// [`Error::ManifestUnknown`] when there is no such tag; [`Error::RepositoryUnknown`] when there is no such
    /// repository either; [`Error::ConditionFailed`]; when a store fails.
    ///
    /// # Cancel safety
    /// The tag is there or not.
    pub async fn delete_tag(&self, actor: &Actor, tag: &Tag, condition: Condition) -> Result<()> {
        for _ in 0..ATTEMPTS {
            if self.inner.metadata.tag(&self.name, tag).await?.is_none() {
                return Err(self.manifest_unknown(tag.clone().into()).await);
            }
            let pin = self.judge_tag(&condition, tag).await?;
            let (repository, tag, cause) = (self.name.clone(), tag.clone(), TagCause::Delete);
            let delete = Change::DeleteTag { repository, tag, cause };
            match self.inner.commit(self.commit(actor).require(pin).change(delete)).await {
                Ok(committed) if !committed.events.is_empty() => return Ok(()),
                // It went away between the two reads, or moved after them.
                Ok(_) | Err(Storage::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::contended())
    }
}
