//! What only the store on SQLite does.

mod damage;
mod many;
mod open;
mod survive;

use registry_core::{Actor, Digest, MediaType, RepositoryName, TagCause, Timestamp};
use registry_storage::metadata::{EventLog, NewManifest, SqliteMetadataStore};
use registry_storage::{Change, Commit, MetadataStore};

fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
    let mut commit = Commit::new(Actor::anonymous(), Timestamp::from_micros(1));
    commit.changes.extend(changes);
    commit
}

fn write(kind: &str, key: &str) -> Change {
    Change::PutDocument { kind: kind.into(), key: key.into(), value: "value".into() }
}

fn repository() -> RepositoryName {
    "library/busybox".parse().unwrap()
}

/// A blob, a manifest that names it, and a tag on that.
fn image(number: u8) -> Commit {
    let (digest, until) = (Digest::from_sha256([number; 32]), Timestamp::from_micros(9));
    let bytes = format!("{{\"number\":{number}}}");
    let mut manifest = NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes.into(), until);
    manifest.blobs.push(digest);
    commit([
        Change::StoreBlob { digest, size: 3, location: "there".into() },
        Change::LinkBlob { repository: repository(), digest, leased_until: until },
        Change::PutManifest { repository: repository(), manifest: Box::new(manifest) },
        Change::SetTag {
            repository: repository(),
            tag: format!("v{number}").parse().unwrap(),
            digest,
            cause: TagCause::Push,
        },
    ])
}

/// The log has no gap, and its length.
async fn whole_log(store: &SqliteMetadataStore) -> u64 {
    let events = store.events(0, usize::MAX).await.unwrap();
    for (event, expected) in events.iter().zip(1..) {
        assert_eq!(event.seq, expected);
    }
    assert_eq!(store.last_event().await.unwrap(), events.len() as u64);
    events.len() as u64
}

#[tokio::test]
async fn a_commit_is_in_the_files_when_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    for number in 0..20 {
        store.commit(image(number)).await.unwrap();
    }
    // What a process that is killed now leaves behind.
    let left = tempfile::tempdir().unwrap();
    for name in ["metadata.sqlite", "metadata.sqlite-wal"] {
        std::fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
    }
    let after = SqliteMetadataStore::open(left.path().join("metadata.sqlite")).unwrap();
    assert_eq!(whole_log(&after).await, 60);
    assert_eq!(after.events(0, 100).await.unwrap(), store.events(0, 100).await.unwrap());
}
