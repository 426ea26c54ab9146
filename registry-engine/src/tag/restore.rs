//! Setting a tag back.

use registry_core::{Actor, Digest, EventKind, Tag, TagCause};
use registry_storage::Error as Storage;
use registry_storage::metadata::TagRecord;

use crate::repository::ATTEMPTS;
use crate::{Condition, Error, Repository, Result};

impl Repository {
    /// Sets the tag back to a digest that it pointed to before, also after the tag or the manifest was deleted: the
    /// manifest is then put back in the same step, from its retained bytes and with all checks of a push, and so are
    /// the children of an index, unless the repository takes sparse indexes.
    ///
    /// # Errors
    /// - [`Error::HistoryUnknown`] when the tag never pointed to the digest;
    /// - [`Error::ConditionFailed`] when the tag is not what the caller expects;
    /// - [`Error::ManifestUnknown`] when the bytes of the manifest are not kept any more;
    ///   [`Error::MissingContent`] when something that it names is not;
    /// - when a store fails.
    ///
    /// # Cancel safety
    /// The change is made whole or not at all.
    pub async fn restore_tag(
        &self,
        actor: &Actor,
        tag: &Tag,
        digest: &Digest,
        condition: Condition,
    ) -> Result<TagRecord> {
        if !self.ever_pointed_to(tag, digest).await? {
            return Err(Error::HistoryUnknown { tag: tag.clone(), digest: *digest });
        }
        for _ in 0..ATTEMPTS {
            let pin = self.judge_tag(&condition, tag).await?;
            let commit = self.readable_again(actor, digest).await?;
            let commit = commit.require(pin).change(self.tagging(tag, *digest, TagCause::Restore));
            let at = commit.at;
            match self.inner.commit(commit).await {
                Ok(committed) => {
                    let set = committed.events.iter().find(|e| matches!(e.kind, EventKind::TagSet { .. }));
                    if let Some(event) = set {
                        return Ok(TagRecord::new(*digest, event.seq, at));
                    }
                    // It points there already, and nothing was written.
                    match self.inner.metadata.tag(&self.name, tag).await? {
                        Some(record) if record.digest == *digest => return Ok(record),
                        _ => {}
                    }
                }
                Err(Storage::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::contended())
    }
}
