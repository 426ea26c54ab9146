//! What the store in a directory promises beyond the contract.

mod damage;
mod directory;
mod restart;
mod sharing;

use std::path::{Path, PathBuf};

use registry_storage::Location;
use registry_storage::blob::FsBlobStore;
use tempfile::TempDir;

async fn open() -> (FsBlobStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (FsBlobStore::open(directory.path()).await.unwrap(), directory)
}

/// The file of a blob, as the module's documentation draws it.
fn file_of(directory: &Path, location: &Location) -> PathBuf {
    directory.join("blobs").join(location.as_str())
}
