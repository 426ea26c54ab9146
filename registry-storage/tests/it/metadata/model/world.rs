//! The little world in which the random commits take place, and the commits.

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use registry_core::{
    Actor, Descriptor, Digest, MediaType, Reference, RepositoryName, Tag, TagCause, Timestamp,
};
use registry_storage::metadata::{
    BlobIndex, DocumentIndex, MemoryMetadataStore, NewManifest, ReferrerEdge, TagIndex, UploadId,
    UploadIndex, UploadRecord,
};
use registry_storage::{Change, Commit, Require};

pub(super) fn repositories() -> Vec<RepositoryName> {
    ["a", "a/b", "a-b", "z"].map(|name| name.parse().unwrap()).to_vec()
}

pub(super) fn tags() -> Vec<Tag> {
    ["V1", "latest", "v1", "_"].map(|tag| tag.parse().unwrap()).to_vec()
}

pub(super) fn digests() -> Vec<Digest> {
    vec![
        Digest::from_sha256([1; 32]),
        Digest::from_sha256([2; 32]),
        Digest::from_sha256([0xff; 32]),
        Digest::from_sha512([3; 64]),
        Digest::from_blake3([4; 32]),
        Digest::from_blake3([0; 32]),
    ]
}

pub(super) fn uploads() -> Vec<UploadId> {
    ["0", "7", "f"].map(|digit| digit.repeat(32).parse().unwrap()).to_vec()
}

pub(super) fn artifact_types() -> Vec<MediaType> {
    ["a/b", "a/c"].map(|text| text.parse().unwrap()).to_vec()
}

pub(super) const KINDS: [&str; 3] = ["", "k", "k\u{0}"];
pub(super) const KEYS: [&str; 6] = ["", "a", "a/", "a/b", "a\u{e9}", "\u{10ffff}"];

pub(super) fn references() -> Vec<Reference> {
    let digests = digests().into_iter().map(Reference::Digest);
    digests.chain(tags().into_iter().map(Reference::Tag)).collect()
}

/// A commit whose conditions may ask for "what is now".
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    commit: Commit,
    /// For each condition whether it asks for what is now, where it asks for a value.
    of_now: Vec<bool>,
    /// Whether changes that would make no sense get what they need before them.
    sensible: bool,
}

pub(crate) fn draft() -> impl Strategy<Value = Draft> {
    let of_now = || prop::bool::weighted(0.8);
    let requires =
        prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec((require(), of_now()), 1..3)];
    let changes = prop::collection::vec(change(), 0..7);
    let of = (select(vec!["ann", "bob"]), time(), requires, changes, prop::bool::weighted(0.8));
    of.prop_map(|(actor, at, requires, changes, sensible)| {
        let mut commit = Commit::new(actor.parse::<Actor>().unwrap(), at);
        let (requires, of_now) = requires.into_iter().unzip();
        commit.requires = requires;
        commit.changes = changes;
        Draft { commit, of_now, sensible }
    })
}

impl Draft {
    /// The commit; conditions that ask for what is now are filled in from the store.
    pub(crate) async fn resolve(mut self, store: &MemoryMetadataStore) -> Commit {
        for (require, of_now) in self.commit.requires.iter_mut().zip(self.of_now) {
            if !of_now {
                continue;
            }
            match require {
                Require::Tag { repository, tag, is } => {
                    *is = store.tag(repository, tag).await.unwrap().map(|record| record.digest);
                }
                Require::StoredBlob { digest, location } => {
                    *location = store.stored_blob(digest).await.unwrap().map(|blob| blob.location);
                }
                Require::Upload { id, version } => {
                    *version = store.upload(id).await.unwrap().map(|upload| upload.version);
                }
                Require::Document { kind, key, version } => {
                    *version = store.document(kind, key).await.unwrap().map(|document| document.version);
                }
                _ => {}
            }
        }
        if self.sensible {
            self.commit.changes = self.commit.changes.into_iter().flat_map(with_needs).collect();
        }
        self.commit
    }
}

/// The change with one before it that makes it possible.
fn with_needs(change: Change) -> Vec<Change> {
    let need = match &change {
        Change::LinkBlob { digest, .. } => {
            Some(Change::StoreBlob { digest: *digest, size: 3, location: "needed".into() })
        }
        Change::SetTag { repository, digest, .. } => {
            let bytes = Bytes::from(format!("content of {digest}"));
            let at = Timestamp::from_micros(50);
            let manifest = Box::new(NewManifest::new(*digest, MediaType::OCI_MANIFEST, bytes, at));
            Some(Change::PutManifest { repository: repository.clone(), manifest })
        }
        _ => None,
    };
    need.into_iter().chain([change]).collect()
}

fn repository() -> impl Strategy<Value = RepositoryName> {
    // Mostly one, so that things meet.
    prop_oneof![3 => Just(repositories()[1].clone()), 1 => select(repositories())]
}

fn digest() -> impl Strategy<Value = Digest> {
    select(digests())
}

fn time() -> impl Strategy<Value = Timestamp> {
    let micros = prop_oneof![100 => 0..100_u64, 1 => Just(i64::MAX as u64), 1 => Just(u64::MAX)];
    micros.prop_map(Timestamp::from_micros)
}

fn require() -> impl Strategy<Value = Require> {
    let version = prop::option::of(0..4_u64);
    let digest_or_none = prop::option::of(digest());
    prop_oneof![
        (repository(), select(tags()), digest_or_none).prop_map(|(repository, tag, is)| Require::Tag {
            repository,
            tag,
            is
        }),
        (repository(), digest(), any::<bool>()).prop_map(|(repository, digest, present)| Require::Manifest {
            repository,
            digest,
            present
        }),
        (repository(), digest(), any::<bool>()).prop_map(|(repository, digest, present)| Require::Blob {
            repository,
            digest,
            present
        }),
        (digest(), prop::option::of(location()))
            .prop_map(|(digest, location)| Require::StoredBlob { digest, location }),
        (repository(), digest()).prop_map(|(repository, digest)| Require::BlobUnused { repository, digest }),
        (repository(), digest())
            .prop_map(|(repository, digest)| Require::ManifestUnused { repository, digest }),
        (select(uploads()), version.clone()).prop_map(|(id, version)| Require::Upload { id, version }),
        (prop::option::of(repository()), 0..6_u64)
            .prop_map(|(repository, below)| Require::UploadRoom { repository, below }),
        (select(KINDS.to_vec()), select(KEYS.to_vec()), version).prop_map(|(kind, key, version)| {
            Require::Document { kind: kind.into(), key: key.into(), version }
        }),
    ]
}

fn location() -> impl Strategy<Value = registry_storage::Location> {
    select(vec!["here", "there"]).prop_map(Into::into)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![4 => blob_change(), 5 => manifest_change(), 3 => tag_change(), 3 => other_change()]
}

fn blob_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (digest(), 0..9_u64, location())
            .prop_map(|(digest, size, location)| Change::StoreBlob { digest, size, location }),
        3 => (repository(), digest(), time())
            .prop_map(|(repository, digest, leased_until)| Change::LinkBlob { repository, digest, leased_until }),
        1 => (repository(), digest(), time())
            .prop_map(|(repository, digest, leased_until)| Change::RenewLease { repository, digest, leased_until }),
        2 => (repository(), digest())
            .prop_map(|(repository, digest)| Change::UnlinkBlob { repository, digest }),
    ]
}

fn manifest_change() -> impl Strategy<Value = Change> {
    let some = || prop::collection::vec(digest(), 0..3);
    let referrer = prop::option::of((digest(), prop::option::of(select(artifact_types())), any::<Index>()));
    let put = (repository(), digest(), any::<bool>(), some(), some(), referrer, time()).prop_map(
        |(repository, digest, list, blobs, children, referrer, leased_until)| {
            let kind = if list { MediaType::OCI_INDEX } else { MediaType::OCI_MANIFEST };
            let bytes = Bytes::from(format!("content of {digest}"));
            let mut manifest = NewManifest::new(digest, kind.clone(), bytes, leased_until);
            (manifest.blobs, manifest.children) = (blobs, children);
            manifest.referrer = referrer.map(|(subject, artifact_type, note)| {
                let mut descriptor = Descriptor::new(kind, digest, 11);
                descriptor.artifact_type = artifact_type;
                descriptor.annotations.insert("note".into(), note.index(3).to_string());
                ReferrerEdge::new(subject, descriptor)
            });
            Change::PutManifest { repository, manifest: Box::new(manifest) }
        },
    );
    let delete = (repository(), digest())
        .prop_map(|(repository, digest)| Change::DeleteManifest { repository, digest });
    prop_oneof![3 => put, 1 => delete]
}

fn tag_change() -> impl Strategy<Value = Change> {
    let cause = || select(vec![TagCause::Push, TagCause::Restore, TagCause::Delete]);
    prop_oneof![
        4 => (repository(), select(tags()), digest(), cause())
            .prop_map(|(repository, tag, digest, cause)| Change::SetTag { repository, tag, digest, cause }),
        1 => (repository(), select(tags()), cause())
            .prop_map(|(repository, tag, cause)| Change::DeleteTag { repository, tag, cause }),
    ]
}

fn other_change() -> impl Strategy<Value = Change> {
    let put_upload =
        (select(uploads()), repository(), 0..9_u64, time()).prop_map(|(id, repository, offset, at)| {
            let state = Bytes::from(vec![0xff; usize::try_from(offset).unwrap()]);
            let mut record =
                UploadRecord::new(id, repository, "token".into(), state, Timestamp::from_micros(1));
            (record.offset, record.updated) = (offset, at);
            Change::PutUpload(Box::new(record))
        });
    let (kinds, keys) = (|| select(KINDS.to_vec()), || select(KEYS.to_vec()));
    prop_oneof![
        2 => put_upload,
        1 => select(uploads()).prop_map(|id| Change::DeleteUpload { id }),
        2 => (kinds(), keys(), any::<[u8; 2]>()).prop_map(|(kind, key, value)| Change::PutDocument {
            kind: kind.into(),
            key: key.into(),
            value: value.to_vec().into(),
        }),
        1 => (kinds(), keys())
            .prop_map(|(kind, key)| Change::DeleteDocument { kind: kind.into(), key: key.into() }),
    ]
}
