//! What only the store on SQLite does.

use bytes::Bytes;
use registry_core::{Actor, Digest, MediaType, TagCause, Timestamp};
use registry_storage::metadata::{
    BlobIndex, EventLog, ManifestIndex, NewManifest, RepositoryIndex, SqliteMetadataStore, TagIndex,
};
use registry_storage::{Change, Commit, MetadataStore};

#[tokio::test]
async fn what_was_committed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let repository: registry_core::RepositoryName = "library/busybox".parse().unwrap();
    let digest = Digest::from_sha256([7; 32]);
    let store = SqliteMetadataStore::open(&path).unwrap();
    let until = Timestamp::from_micros(9);
    let manifest = NewManifest::new(digest, MediaType::OCI_MANIFEST, Bytes::from_static(b"{}"), until);
    let commit = Commit::new(Actor::anonymous(), Timestamp::from_micros(1))
        .change(Change::StoreBlob { digest, size: 3, location: "x".into() })
        .change(Change::LinkBlob { repository: repository.clone(), digest, leased_until: until })
        .change(Change::PutManifest { repository: repository.clone(), manifest: Box::new(manifest) })
        .change(Change::SetTag {
            repository: repository.clone(),
            tag: "v1".parse().unwrap(),
            digest,
            cause: TagCause::Push,
        });
    let committed = store.commit(commit).await.unwrap();
    assert_eq!(committed.events.len(), 3);
    drop(store);
    let store = SqliteMetadataStore::open(&path).unwrap();
    assert_eq!(store.events(0, 10).await.unwrap(), committed.events);
    assert_eq!(store.last_event().await.unwrap(), 3);
    assert!(store.repository_exists(&repository).await.unwrap());
    let record = store.manifest(&repository, &"v1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(record.bytes, "{}");
    assert_eq!(store.blob(&repository, &digest).await.unwrap().unwrap().size, 3);
    assert_eq!(store.tag(&repository, &"v1".parse().unwrap()).await.unwrap().unwrap().seq, 3);
}
