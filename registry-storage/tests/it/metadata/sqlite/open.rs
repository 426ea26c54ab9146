//! Opening files: new, old, newer, foreign.

use std::path::Path;

use registry_storage::metadata::{
    ManifestIndex, RepositoryIndex, SqliteMetadataStore, SqliteOptions, TagIndex,
};
use registry_storage::{Error, MetadataStore};
use rusqlite::Connection;

use super::{commit, image, repository, whole_log, write};

#[tokio::test]
async fn a_missing_and_an_empty_file_become_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    for path in [empty, folder.path().join("missing")] {
        let store = SqliteMetadataStore::open(&path).unwrap();
        store.commit(image(1)).await.unwrap();
        assert_eq!(whole_log(&store).await, 3);
        assert_eq!(store.path(), path);
    }
}

#[tokio::test]
async fn an_existing_file_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    for round in 0..3 {
        let store = SqliteMetadataStore::open(&path).unwrap();
        assert_eq!(whole_log(&store).await, u64::from(round) * 3);
        store.commit(image(round)).await.unwrap();
        assert!(store.repository_exists(&repository()).await.unwrap());
        let tag = format!("v{round}").parse().unwrap();
        assert!(store.tag(&repository(), &tag).await.unwrap().is_some());
        assert!(store.manifest(&repository(), &tag.into()).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let path = folder.path().join(round.to_string());
        let open = |path: &Path| {
            let path = path.to_owned();
            std::thread::spawn(move || SqliteMetadataStore::open(path))
        };
        let threads: Vec<_> = (0..8).map(|_| open(&path)).collect();
        let stores: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
        for store in &stores {
            store.commit(commit([write("kind", "key")])).await.unwrap();
        }
        for store in &stores {
            assert_eq!(whole_log(store).await, 8);
        }
    }
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    SqliteMetadataStore::open(&path).unwrap().commit(image(1)).await.unwrap();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = SqliteMetadataStore::open(&path).unwrap_err();
    assert!(
        matches!(&refused, Error::Unsupported { reason } if reason.contains("version 99")),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sqlite");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine');").unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let refused = SqliteMetadataStore::open(&path).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_cannot_be_opened_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("no/folder/metadata.sqlite"), folder.path().to_owned()] {
        let refused = SqliteMetadataStore::open(path).unwrap_err();
        assert!(matches!(refused, Error::Unavailable { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn the_smallest_options_make_a_store_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SqliteOptions::default();
    (options.readers, options.queue, options.checkpoint_pages) = (0, 0, 0);
    let store = SqliteMetadataStore::open_with(folder.path().join("metadata.sqlite"), &options).unwrap();
    for number in 0..5 {
        store.commit(image(number)).await.unwrap();
    }
    assert_eq!(whole_log(&store).await, 15);
}
