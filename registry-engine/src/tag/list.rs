//! Listing tags.

use registry_core::{Page, PageRequest, Tag};

use crate::{Error, Repository, Result};

impl Repository {
    /// The tags in byte order (distribution-spec, end-8a); `last` of the request is any text.
    ///
    /// # Errors
    /// [`Error::RepositoryUnknown`] when there is no such repository; when a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn tags(&self, page: &PageRequest) -> Result<Page<Tag>> {
        let tags = self.inner.metadata.tags(&self.name, page).await?;
        if tags.items.is_empty() && !self.exists().await? {
            return Err(Error::RepositoryUnknown);
        }
        Ok(tags)
    }
}
