//! The two stores that a configuration names.

mod azure;
pub(super) mod bucket;
mod gcs;
mod postgres;
mod s3;

use std::fs::File;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;

use registry_storage::blob::{FsBlobStore, MemoryBlobStore, ObjectOptions};
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};
use registry_storage::{BlobStore, Error, MetadataStore};

use super::config::{Blobs, Config, Metadata, Size};
use super::folder::{self, FolderError};
use super::tls;

pub(super) use postgres::options as postgres_options;

/// Opened stores. Dropping them lets the next process into the data folder.
pub(super) struct Stores {
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) metadata: Arc<dyn MetadataStore>,
    /// Keeps other processes out of the data folder for as long as it is there.
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
    #[error("`postgres.listen_url` cannot be used")]
    Listening { source: Error },
    #[error("cannot read {path} for `[postgres]`")]
    Certificate { path: PathBuf, source: std::io::Error },
    #[error("cannot use the bucket that `{setting}` names")]
    Bucket { setting: &'static str, source: Error },
}

impl StoresError {
    /// Whether another process has the data folder.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self, Self::Folder(FolderError::Taken { .. }))
    }
}

impl Stores {
    /// Opens both stores. The data folder is made, and locked, when one of them lies in it: what two processes write to
    /// one upload in files is told apart by nothing.
    pub(super) async fn open(config: &Config) -> Result<Self, StoresError> {
        let lock =
            if config.storage.uses_folder() { Some(folder::lock(&config.storage.data)?) } else { None };
        Self::open_within(config, lock).await
    }

    /// The same for a process that has the lock of the folder already, if one is needed.
    pub(super) async fn open_within(config: &Config, lock: Option<File>) -> Result<Self, StoresError> {
        let (storage, data) = (&config.storage, &config.storage.data);
        let failed = |source| StoresError::InFolder { path: data.clone(), source };
        // Both speak TLS.
        tls::choose();
        let blobs = blobs(config).await?;
        let metadata: Arc<dyn MetadataStore> = match storage.metadata {
            Metadata::Sqlite => {
                Arc::new(SqliteMetadataStore::open(data.join(folder::METADATA)).map_err(failed)?)
            }
            Metadata::Memory => Arc::new(MemoryMetadataStore::new()),
            Metadata::Postgres => Arc::new(postgres::open(&config.postgres).await?),
        };
        Ok(Self { blobs, metadata, lock })
    }
}

/// Where bytes are kept.
async fn blobs(config: &Config) -> Result<Arc<dyn BlobStore>, StoresError> {
    let (storage, data) = (&config.storage, &config.storage.data);
    let failed = |source| StoresError::InFolder { path: data.clone(), source };
    Ok(match storage.blobs {
        Blobs::Fs => Arc::new(FsBlobStore::open(data.join(folder::BLOBS)).await.map_err(failed)?),
        Blobs::Memory => Arc::new(MemoryBlobStore::new()),
        Blobs::S3 => {
            let bucket = |source| StoresError::Bucket { setting: "s3.bucket", source };
            Arc::new(s3::open(&config.s3).await.map_err(bucket)?)
        }
        Blobs::Gcs => {
            let bucket = |source| StoresError::Bucket { setting: "gcs.bucket", source };
            Arc::new(gcs::open(&config.gcs).await.map_err(bucket)?)
        }
        Blobs::Azure => {
            let bucket = |source| StoresError::Bucket { setting: "azure.container", source };
            Arc::new(azure::open(&config.azure).await.map_err(bucket)?)
        }
    })
}

/// What every store of objects has a setting for.
fn objects(prefix: &str, part_size: Size, concurrency: NonZeroU64, memory: Size) -> ObjectOptions {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut objects = ObjectOptions::default();
    prefix.clone_into(&mut objects.prefix);
    objects.part_size = number(part_size.0);
    objects.concurrency = number(concurrency.get());
    objects.memory = number(memory.0);
    objects
}

/// Tries what a bucket is relied upon for.
pub(super) async fn try_bucket(config: &Config) -> Result<(), StoresError> {
    blobs(config).await.map(drop)
}
