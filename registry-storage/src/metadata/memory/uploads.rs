//! Uploads in progress.

use async_trait::async_trait;
use registry_core::{Page, PageRequest};

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
}

impl State {
    pub(super) fn put_upload(&mut self, upload: &UploadRecord) {
        let version = self.uploads.get(&upload.id).map_or(1, |before| before.version + 1);
        self.uploads.insert(upload.id, UploadRecord { version, ..upload.clone() });
    }
}
