//! Files that are not as they were written.

use std::os::unix::fs::FileExt;
use std::path::Path;

use registry_core::PageRequest;
use registry_storage::metadata::{
    BlobIndex, EventLog, ManifestIndex, RepositoryIndex, SqliteMetadataStore, TagIndex,
};
use registry_storage::{Error, MetadataStore};
use rusqlite::Connection;

use super::{commit, image, repository, write};

#[test]
fn a_file_that_is_no_database_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    std::fs::write(&path, "not a database, and long enough to have a header".repeat(100)).unwrap();
    let refused = SqliteMetadataStore::open(&path).unwrap_err();
    assert!(matches!(refused, Error::Corrupt { .. }), "{refused:?}");
}

/// Overwrites the pages of the tables and indexes for which the condition holds.
fn overwrite(path: &Path, condition: &str) {
    let connection = Connection::open(path).unwrap();
    let mut pages = connection.prepare(&format!("SELECT pageno FROM dbstat WHERE {condition}")).unwrap();
    let pages = pages.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    let pages: Vec<_> = pages.map(|page| u64::try_from(page.unwrap()).unwrap()).collect();
    assert!(!pages.is_empty());
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    for page in pages {
        file.write_all_at(&[0xa5; 4096], (page - 1) * 4096).unwrap();
    }
}

#[test]
fn a_damaged_schema_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    drop(SqliteMetadataStore::open(&path).unwrap());
    overwrite(&path, "name = 'sqlite_schema' AND pageno > 1");
    let refused = SqliteMetadataStore::open(&path).unwrap_err();
    assert!(matches!(refused, Error::Corrupt { .. }), "{refused:?}");
}

#[tokio::test]
async fn damaged_pages_are_an_error_and_never_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    for number in 0..50 {
        store.commit(image(number)).await.unwrap();
    }
    drop(store);
    overwrite(&path, "name <> 'sqlite_schema'");
    let store = SqliteMetadataStore::open(&path).unwrap();
    let all = PageRequest::first(100);
    let answers = [
        store.repositories(&all).await.map(drop),
        store.tags(&repository(), &all).await.map(drop),
        store.events(0, 10).await.map(drop),
        store.manifest(&repository(), &"v1".parse().unwrap()).await.map(drop),
        store.blob_repositories(&registry_core::Digest::from_sha256([1; 32]), &all).await.map(drop),
        store.commit(commit([write("kind", "key")])).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::Corrupt { .. })), "{answer:?}");
    }
}

#[tokio::test]
async fn a_damaged_value_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    store.commit(image(1)).await.unwrap();
    let tag = "v1".parse().unwrap();
    for damage in [
        "UPDATE manifests SET media_type = 'no media type'",
        "UPDATE manifests SET digest = x'40ff'",
        "UPDATE manifests SET digest = CAST(x'99' || zeroblob(32) AS BLOB)",
        "UPDATE manifests SET size = -1",
    ] {
        let other = Connection::open(&path).unwrap();
        other
            .execute_batch(&format!("BEGIN; CREATE TABLE kept AS SELECT * FROM manifests; {damage}; COMMIT"))
            .unwrap();
        let answer = store.manifest_stat(&repository(), &tag).await;
        assert!(matches!(answer, Err(Error::Corrupt { .. })), "{damage}: {answer:?}");
        other
            .execute_batch(
                "BEGIN; UPDATE manifests SET (media_type, digest, size) = (SELECT media_type, digest, size FROM kept);
                 DROP TABLE kept; COMMIT",
            )
            .unwrap();
        assert!(store.manifest_stat(&repository(), &tag).await.unwrap().is_some());
    }
}
