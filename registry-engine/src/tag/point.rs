//! Points in the history of a tag.

use registry_core::{Digest, Tag, Timestamp};
use registry_storage::metadata::TagEntry;

use crate::{Error, Repository, Result};

/// How many entries are looked at in one go.
const PAGE: usize = 100;

/// A point in the history of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagPoint {
    /// When it pointed to this digest.
    Digest(Digest),
    /// At this time.
    At(Timestamp),
    /// After the entry with this number.
    Seq(u64),
}

impl Repository {
    /// The entry that was the newest of the tag's history at that time; `None` when there was none yet. An entry
    /// without a digest says that the tag was deleted then.
    ///
    /// Entries are in the order in which they became visible. Where the clock went back between two of them, the later
    /// one counts.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn tag_at(&self, tag: &Tag, at: Timestamp) -> Result<Option<TagEntry>> {
        let mut before = None;
        loop {
            let page = self.tag_history(tag, before, PAGE).await?;
            before = page.items.last().map(|entry| entry.seq);
            if let Some(found) = page.items.into_iter().find(|entry| entry.at <= at) {
                return Ok(Some(found));
            }
            if !page.more {
                return Ok(None);
            }
        }
    }

    /// What the tag pointed to at that point of its history. A digest is answered as it is:
    /// [`restore_tag`](Self::restore_tag) finds out whether the tag ever pointed there.
    ///
    /// # Errors
    /// [`Error::NothingThen`] when it pointed to nothing, or has no entry with that number; when a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn tag_point(&self, tag: &Tag, point: &TagPoint) -> Result<Digest> {
        let entry = match *point {
            TagPoint::Digest(digest) => return Ok(digest),
            TagPoint::At(at) => self.tag_at(tag, at).await?,
            TagPoint::Seq(seq) => {
                let page = self.tag_history(tag, Some(seq.saturating_add(1)), 1).await?;
                page.items.into_iter().find(|entry| entry.seq == seq)
            }
        };
        entry.and_then(|entry| entry.digest).ok_or_else(|| Error::NothingThen { tag: tag.clone() })
    }
}
