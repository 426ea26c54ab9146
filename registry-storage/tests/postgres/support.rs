//! Short names for what the tests say often.

use registry_core::{Actor, Digest, MediaType, RepositoryName, Tag, TagCause, Timestamp};
use registry_storage::metadata::{EventLog, NewManifest};
use registry_storage::{Change, Commit};

pub(crate) fn name(text: &str) -> RepositoryName {
    text.parse().unwrap()
}

pub(crate) fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

pub(crate) fn digest(number: u8) -> Digest {
    Digest::from_sha256([number; 32])
}

pub(crate) fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
    let mut commit = Commit::new(Actor::anonymous(), Timestamp::from_micros(1));
    commit.changes.extend(changes);
    commit
}

pub(crate) fn write(key: &str, value: &str) -> Change {
    Change::PutDocument { kind: "kind".into(), key: key.into(), value: value.to_owned().into() }
}

pub(crate) fn store_blob(digest: Digest) -> Change {
    Change::StoreBlob { digest, size: 3, location: "there".into() }
}

pub(crate) fn link(repository: &RepositoryName, digest: Digest) -> Change {
    Change::LinkBlob { repository: repository.clone(), digest, leased_until: Timestamp::from_micros(9) }
}

pub(crate) fn manifest(digest: Digest) -> NewManifest {
    NewManifest::new(digest, MediaType::OCI_MANIFEST, "{}".into(), Timestamp::from_micros(9))
}

pub(crate) fn put(repository: &RepositoryName, manifest: NewManifest) -> Change {
    Change::PutManifest { repository: repository.clone(), manifest: Box::new(manifest) }
}

pub(crate) fn set(repository: &RepositoryName, text: &str, digest: Digest) -> Change {
    Change::SetTag { repository: repository.clone(), tag: tag(text), digest, cause: TagCause::Push }
}

/// The log has no gap; its length.
pub(crate) async fn whole_log(store: &impl EventLog) -> u64 {
    let events = store.events(0, usize::MAX).await.unwrap();
    for (event, expected) in events.iter().zip(1..) {
        assert_eq!(event.seq, expected, "the log has a gap");
    }
    assert_eq!(store.last_event().await.unwrap(), events.len() as u64);
    events.len() as u64
}
