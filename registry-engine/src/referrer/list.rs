//! Listing referrers.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use registry_core::{Descriptor, Digest, Error as CoreError, MediaType, Page, PageRequest};

use crate::{Error, Repository, Result};

impl Repository {
    /// The manifests that refer to the subject (distribution-spec, end-12a), ordered by digest, those of one type if
    /// one is asked for; `last` of the request is a digest's text.
    ///
    /// Beside those that name it as their subject these are the ones that a fallback tag or one of cosign's tags for
    /// it names, unless they have a subject of their own. The subject need not exist, nor the repository: then the
    /// list is empty (C-50).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `last` is no digest; when a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        let last = position(page)?;
        let metadata = &self.inner.metadata;
        let stored = async { Ok(metadata.referrers(&self.name, subject, artifact_type, page).await?) };
        let (stored, tagged) = try_join(stored, self.tagged_referrers(subject)).await?;
        if tagged.is_empty() {
            return Ok(stored);
        }
        // Behind a full page of stored ones nothing of this page can lie.
        let end = stored.items.last().filter(|_| stored.more).and_then(|d| d.known_digest().copied());
        let mut merged: BTreeMap<_, _> = stored.items.into_iter().map(|d| (d.digest.clone(), d)).collect();
        let mut adopted = 0;
        for digest in tagged {
            let beyond = last.is_none_or(|last| digest > last) && end.is_none_or(|end| digest < end);
            if !beyond || merged.contains_key(&digest.into()) {
                continue;
            }
            // One more than fits tells that more follow; they come in order, so the rest follows behind.
            if adopted > page.limit {
                break;
            }
            if let Some(descriptor) = self.adopted(digest).await?
                && artifact_type.is_none_or(|wanted| descriptor.artifact_type.as_ref() == Some(wanted))
            {
                merged.insert(descriptor.digest.clone(), descriptor);
                adopted += 1;
            }
        }
        let mut page = Page::from_lookahead(merged.into_values().collect(), page.limit);
        page.more |= stored.more && !page.items.is_empty();
        Ok(page)
    }
}

/// After which digest the page begins.
fn position(page: &PageRequest) -> Result<Option<Digest>> {
    let parse = |last: &String| {
        last.parse().map_err(|_| {
            Error::InvalidInput(CoreError::InvalidPage {
                input: last.chars().take(128).collect::<String>().into(),
                reason: "the position is no digest",
            })
        })
    };
    page.last.as_ref().map(parse).transpose()
}
