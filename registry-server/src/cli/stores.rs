//! The two stores that a configuration names.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};
use registry_storage::{BlobStore, MetadataStore};

use super::config::{Blobs, Metadata, Storage};
use super::folder::{self, FolderError};

/// Opened stores. Dropping them lets the next process into the data folder.
pub(super) struct Stores {
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) metadata: Arc<dyn MetadataStore>,
    /// Keeps other processes out of the data folder for as long as it is there.
    pub(super) lock: Option<File>,
}

impl Stores {
    /// Opens both stores. The data folder is made, and locked, when one of them lies in it.
    pub(super) async fn open(storage: &Storage) -> Result<Self, FolderError> {
        let data = &storage.data;
        let lock = if storage.uses_folder() { Some(folder::lock(data)?) } else { None };
        let blobs = blobs(storage.blobs, data).await;
        let metadata = metadata(storage.metadata, data);
        let failed = |source| FolderError::Store { path: data.clone(), source };
        Ok(Self { blobs: blobs.map_err(failed)?, metadata: metadata.map_err(failed)?, lock })
    }
}

async fn blobs(kind: Blobs, data: &Path) -> registry_storage::Result<Arc<dyn BlobStore>> {
    Ok(match kind {
        Blobs::Fs => Arc::new(FsBlobStore::open(data.join(folder::BLOBS)).await?),
        Blobs::Memory => Arc::new(MemoryBlobStore::new()),
    })
}

fn metadata(kind: Metadata, data: &Path) -> registry_storage::Result<Arc<dyn MetadataStore>> {
    Ok(match kind {
        Metadata::Sqlite => Arc::new(SqliteMetadataStore::open(data.join(folder::METADATA))?),
        Metadata::Memory => Arc::new(MemoryMetadataStore::new()),
    })
}
