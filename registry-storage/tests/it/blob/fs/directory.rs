//! The directory itself.

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use registry_storage::blob::{Durability, FsBlobStore};
use registry_storage::{BlobStore, Error};

use super::{file_of, open};
use crate::blob::{body, bytes, put};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn only_the_owner_may_read_what_is_stored() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("store");
    let store = FsBlobStore::open(&directory).await.unwrap();
    let location = put(&store, &bytes(1, 10)).await;
    let token = store.begin(None).await.unwrap();
    for path in ["", "uploads", "blobs", "blobs/00", "blobs/ff"] {
        assert_eq!(mode(&directory.join(path)), 0o700, "{path}");
    }
    assert_eq!(mode(&file_of(&directory, &location)), 0o600);
    assert_eq!(mode(&directory.join("uploads").join(token.as_str())), 0o600);
}

#[tokio::test]
async fn what_is_not_a_directory_is_refused_by_name() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    for wrong in [file.clone(), file.join("below")] {
        let error = FsBlobStore::open(&wrong).await.unwrap_err();
        assert!(matches!(error, Error::Internal { .. }), "{error:?}");
        let said = error.source().unwrap().to_string();
        assert_eq!(said, format!("cannot make and open the directory in {}", wrong.display()));
    }
}

#[tokio::test]
async fn uploads_that_nobody_goes_on_with_are_found_by_age() {
    let (store, directory) = open().await;
    let (old, new) = (store.begin(None).await.unwrap(), store.begin(None).await.unwrap());
    let aborted = store.begin(None).await.unwrap();
    fs::write(directory.path().join("uploads/notes"), "").unwrap();
    for token in ["notes", old.as_str(), aborted.as_str()] {
        let file =
            fs::File::options().write(true).open(directory.path().join("uploads").join(token)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
    store.abort(&aborted).await.unwrap();
    let hour = Duration::from_secs(3600);
    assert_eq!(store.stale_uploads(hour, 10).await.unwrap(), std::slice::from_ref(&old));
    assert_eq!(store.stale_uploads(hour, 0).await.unwrap(), []);
    assert_eq!(store.stale_uploads(Duration::MAX, 10).await.unwrap(), []);
    assert_eq!(store.stale_uploads(Duration::ZERO, 10).await.unwrap().len(), 2);
    assert_eq!(store.stale_uploads(Duration::ZERO, 1).await.unwrap().len(), 1);

    store.append(&old, 0, body(&bytes(1, 10)), Durability::OnReturn).await.unwrap();
    assert_eq!(store.stale_uploads(hour, 10).await.unwrap(), [], "it was gone on with");
    store.abort(&new).await.unwrap();
}
