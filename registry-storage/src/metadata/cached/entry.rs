//! What is kept, under which names, and how much memory it takes.

use bytes::Bytes;
use registry_core::{Digest, Event, EventKind, MediaType, RepositoryName, Tag};

use crate::metadata::{ManifestRecord, ManifestStat, StoredBlob};

/// What one entry of the tables of the cache takes beside its content, as far as it can be estimated.
const OVERHEAD: usize = 256;

/// What something is kept under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// What a tag points to.
    Tag(RepositoryName, Tag),
    /// A manifest.
    Manifest(RepositoryName, Digest),
    /// That a repository may read a blob.
    Link(RepositoryName, Digest),
    /// Where a blob lies.
    Place(Digest),
}

impl Key {
    /// What an event changes.
    pub(super) fn changed(event: &Event) -> Vec<Self> {
        let Some(repository) = event.repository.clone() else { return Vec::new() };
        match &event.kind {
            EventKind::TagSet { tag, .. } | EventKind::TagDeleted { tag, .. } => {
                vec![Self::Tag(repository, tag.clone())]
            }
            EventKind::ManifestPut { digest, .. } | EventKind::ManifestDeleted { digest } => {
                vec![Self::Manifest(repository, *digest)]
            }
            EventKind::BlobLinked { digest, .. } | EventKind::BlobUnlinked { digest } => {
                vec![Self::Link(repository, *digest), Self::Place(*digest)]
            }
            _ => Vec::new(),
        }
    }
}

/// What is kept.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Tag(Digest),
    Manifest(Manifest),
    Link,
    Place(StoredBlob),
}

/// A manifest, with its bytes if somebody has asked for them.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub(super) media_type: MediaType,
    pub(super) size: u64,
    pub(super) bytes: Option<Bytes>,
}

impl Manifest {
    pub(super) fn of_record(record: &ManifestRecord) -> Self {
        let (media_type, size) = (record.media_type.clone(), record.bytes.len() as u64);
        Self { media_type, size, bytes: Some(record.bytes.clone()) }
    }

    pub(super) fn of_stat(stat: &ManifestStat) -> Self {
        Self { media_type: stat.media_type.clone(), size: stat.size, bytes: None }
    }

    pub(super) fn stat(self, digest: Digest) -> ManifestStat {
        ManifestStat::new(digest, self.media_type, self.size)
    }

    pub(super) fn record(self, digest: Digest) -> Option<ManifestRecord> {
        Some(ManifestRecord::new(digest, self.media_type, self.bytes?))
    }
}

/// About how many bytes of memory an entry takes.
pub(super) fn weight(key: &Key, value: &Value) -> u32 {
    let key = match key {
        Key::Tag(repository, tag) => repository.as_str().len() + tag.as_str().len(),
        Key::Manifest(repository, _) | Key::Link(repository, _) => repository.as_str().len(),
        Key::Place(_) => 0,
    };
    let value = match value {
        Value::Tag(_) | Value::Link => 0,
        Value::Manifest(manifest) => {
            manifest.media_type.as_str().len() + manifest.bytes.as_ref().map_or(0, Bytes::len)
        }
        Value::Place(blob) => blob.location.as_str().len(),
    };
    u32::try_from(OVERHEAD + key + value).unwrap_or(u32::MAX)
}
