//! Repositories.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName};

use super::{MemoryMetadataStore, page};
use crate::Result;
use crate::metadata::RepositoryIndex;

#[async_trait]
impl RepositoryIndex for MemoryMetadataStore {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        Ok(self.read().existing.contains(repository))
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        Ok(page::take(self.read().existing.range::<str, _>(page::after(page)), page.limit))
    }
}
