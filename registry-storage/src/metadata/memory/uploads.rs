//! Uploads in progress.

use async_trait::async_trait;
use registry_core::{Page, PageRequest, RepositoryName};

use super::state::State;
use super::{MemoryMetadataStore, page};
use crate::Result;
use crate::metadata::{UploadId, UploadIndex, UploadRecord, bounds};

#[async_trait]
impl UploadIndex for MemoryMetadataStore {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        Ok(self.read().uploads.get(id).cloned())
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        let after = page::beyond(bounds::upload_position(page)?);
        Ok(page::take(self.read().uploads.range(after).map(|(_, upload)| upload), page.limit))
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        Ok(self.read().upload_count(repository))
    }
}

impl State {
    pub(super) fn put_upload(&mut self, upload: &UploadRecord) {
        let version = self.remove_upload(&upload.id).map_or(1, |before| before.version + 1);
        *self.upload_counts.entry(upload.repository.clone()).or_default() += 1;
        self.uploads.insert(upload.id, UploadRecord { version, ..upload.clone() });
    }

    pub(super) fn remove_upload(&mut self, id: &UploadId) -> Option<UploadRecord> {
        let removed = self.uploads.remove(id)?;
        if let Some(count) = self.upload_counts.get_mut(&removed.repository) {
            *count -= 1;
            if *count == 0 {
                self.upload_counts.remove(&removed.repository);
            }
        }
        Some(removed)
    }

    pub(super) fn upload_count(&self, repository: Option<&RepositoryName>) -> u64 {
        match repository {
            Some(name) => self.upload_counts.get(name).copied().unwrap_or(0),
            None => self.uploads.len() as u64,
        }
    }
}
