//! Tags and their history.

mod delete;
mod history;
mod list;
mod point;
mod restore;

use registry_core::{Digest, Tag, TagCause};
use registry_storage::{Change, Require};

pub use point::TagPoint;

use crate::{Condition, Error, Repository, Result};

impl Repository {
    /// Judges a condition on the tag, and what must still hold for that judgement in the commit.
    pub(crate) async fn judge_tag(&self, condition: &Condition, tag: &Tag) -> Result<Require> {
        let current = self.inner.metadata.tag(&self.name, tag).await?.map(|record| record.digest);
        if !condition.holds(current.as_ref()) {
            return Err(Error::ConditionFailed { current });
        }
        Ok(Require::Tag { repository: self.name.clone(), tag: tag.clone(), is: current })
    }

    /// The change that makes the tag point to the manifest.
    pub(crate) fn tagging(&self, tag: &Tag, digest: Digest, cause: TagCause) -> Change {
        Change::SetTag { repository: self.name.clone(), tag: tag.clone(), digest, cause }
    }
}
