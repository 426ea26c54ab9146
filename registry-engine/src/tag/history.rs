//! What tags pointed to.

use registry_core::{Digest, Page, Tag};
use registry_storage::metadata::TagEntry;

use crate::{Repository, Result};

/// How many entries are looked at in one go.
const PAGE: usize = 100;

impl Repository {
    /// The history of a tag, newest first: at most `limit` entries with numbers below `before`, or from the newest.
    ///
    /// It outlives the tag, its manifests and the repository; a tag that never was has an empty one.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn tag_history(&self, tag: &Tag, before: Option<u64>, limit: usize) -> Result<Page<TagEntry>> {
        Ok(self.inner.metadata.tag_history(&self.name, tag, before, limit).await?)
    }

    /// Whether the tag points to this digest or ever did.
    pub(super) async fn ever_pointed_to(&self, tag: &Tag, digest: &Digest) -> Result<bool> {
        let mut before = None;
        loop {
            let page = self.tag_history(tag, before, PAGE).await?;
            if page.items.iter().any(|entry| entry.digest.as_ref() == Some(digest)) {
                return Ok(true);
            }
            match page.items.last() {
                Some(oldest) if page.more => before = Some(oldest.seq),
                _ => return Ok(false),
            }
        }
    }
}
