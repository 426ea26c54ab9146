//! The two stores that a configuration names.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::metadata::{
    MemoryMetadataStore, PostgresMetadataStore, PostgresOptions, SqliteMetadataStore,
};
use registry_storage::{BlobStore, Error, MetadataStore};

use super::config::{Blobs, Config, Metadata, Postgres};
use super::folder::{self, FolderError};
use super::tls;

/// Opened stores. Dropping them lets the next process into the data folder.
pub(super) struct Stores {
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) metadata: Arc<dyn MetadataStore>,
    /// Keeps other processes out of the data folder for as long as it is there, where one process at a time uses it.
    pub(super) lock: Option<File>,
}

/// Why stores cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoresError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("cannot open the store in the data folder {path}")]
    InFolder { path: PathBuf, source: Error },
    #[error("cannot use the database that `postgres.url` names")]
    Database { source: Error },
}

impl StoresError {
    /// Whether another process has the data folder.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self, Self::Folder(FolderError::Taken { .. }))
    }
}

impl Stores {
    /// Opens both stores. A data folder is made where it is needed, and locked when it holds metadata: bytes alone may be
    /// shared by many.
    pub(super) async fn open(config: &Config) -> Result<Self, StoresError> {
        let (storage, data) = (&config.storage, &config.storage.data);
        let lock = if storage.metadata == Metadata::Sqlite { Some(folder::lock(data)?) } else { None };
        let failed = |source| StoresError::InFolder { path: data.clone(), source };
        let blobs = blobs(storage.blobs, data).await.map_err(failed)?;
        let metadata: Arc<dyn MetadataStore> = match storage.metadata {
            Metadata::Sqlite => Arc::new(sqlite(data).map_err(failed)?),
            Metadata::Memory => Arc::new(MemoryMetadataStore::new()),
            Metadata::Postgres => Arc::new(postgres(&config.postgres).await?),
        };
        Ok(Self { blobs, metadata, lock })
    }
}

async fn blobs(kind: Blobs, data: &Path) -> Result<Arc<dyn BlobStore>, Error> {
    Ok(match kind {
        Blobs::Fs => Arc::new(FsBlobStore::open(data.join(folder::BLOBS)).await?),
        Blobs::Memory => Arc::new(MemoryBlobStore::new()),
    })
}

fn sqlite(data: &Path) -> Result<SqliteMetadataStore, Error> {
    SqliteMetadataStore::open(data.join(folder::METADATA))
}

async fn postgres(settings: &Postgres) -> Result<PostgresMetadataStore, StoresError> {
    tls::choose();
    let url = settings.url.as_ref().map_or("", |url| url.reveal());
    let mut options = PostgresOptions::new(url);
    options.password = settings.password.as_ref().map(|password| password.reveal().to_owned());
    options.pooler = settings.pooler;
    options.connections = usize::try_from(settings.connections.get()).unwrap_or(usize::MAX);
    options.connect_timeout = settings.connect_timeout;
    options.statement_timeout = settings.statement_timeout;
    options.lock_timeout = settings.lock_timeout;
    options.patience = settings.patience;
    PostgresMetadataStore::connect(&options).await.map_err(|source| StoresError::Database { source })
}
