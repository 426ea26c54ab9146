//! The data folder: one process at a time, bytes and metadata side by side.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use registry_storage::blob::FsBlobStore;
use registry_storage::metadata::SqliteMetadataStore;

/// The file of metadata in a data folder.
pub(super) const METADATA: &str = "metadata.sqlite";
/// The folder of bytes in a data folder.
pub(super) const BLOBS: &str = "blobs";

/// An opened data folder. Dropping it lets the next process in.
///
/// ```text
/// registry-data/
///   lock              held by the process that serves the folder
///   metadata.sqlite   metadata, with its journal beside it
///   blobs/            bytes
/// ```
#[derive(Debug)]
pub(super) struct DataFolder {
    pub(super) blobs: Arc<FsBlobStore>,
    pub(super) metadata: Arc<SqliteMetadataStore>,
    /// Keeps other processes out for as long as it is there.
    pub(super) lock: File,
}

/// Why a data folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    #[error("cannot use the data folder {path}")]
    Unusable { path: PathBuf, source: std::io::Error },
    #[error("the data folder {path} is being served by another process")]
    Taken { path: PathBuf },
    #[error("cannot open the store in the data folder {path}")]
    Store { path: PathBuf, source: registry_storage::Error },
}

impl DataFolder {
    /// Makes the folder where needed, locks it, and opens both stores.
    pub(super) async fn open(path: &Path) -> Result<Self, FolderError> {
        let lock = lock(path)?;
        let store = |source| FolderError::Store { path: path.to_owned(), source };
        let blobs = FsBlobStore::open(path.join(BLOBS)).await.map_err(store)?;
        let metadata = SqliteMetadataStore::open(path.join(METADATA)).map_err(store)?;
        Ok(Self { blobs: Arc::new(blobs), metadata: Arc::new(metadata), lock })
    }
}

/// What is worth knowing about a folder before it is served.
pub(super) fn note(path: &Path) -> Option<String> {
    let foreign = path.join("docker/registry/v2").is_dir();
    let text = "holds content of CNCF distribution, which is not read: `registry import` takes it over";
    foreign.then(|| format!("the data folder {} {text}", path.display()))
}

/// Makes the folder where needed, and keeps other processes out.
pub(super) fn lock(path: &Path) -> Result<File, FolderError> {
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    std::fs::create_dir_all(path).map_err(unusable)?;
    let options = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"));
    let file = options.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::Taken { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}
