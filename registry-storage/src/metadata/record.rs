//! What the metadata answers.

use bytes::Bytes;
use registry_core::{Actor, Descriptor, Digest, MediaType, Tag, TagCause, Timestamp};

use crate::Location;

/// A blob that is stored, whether or not a repository links it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredBlob {
    /// How many bytes it has.
    pub size: u64,
    /// Where they lie.
    pub location: Location,
}

impl StoredBlob {
    /// A blob of `size` bytes at `location`.
    #[must_use]
    pub const fn new(size: u64, location: Location) -> Self {
        Self { size, location }
    }
}

/// A blob that is readable in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedBlob {
    /// How many bytes it has.
    pub size: u64,
    /// Where they lie.
    pub location: Location,
    /// Until when it is kept in this repository although nothing may refer to it.
    pub leased_until: Timestamp,
}

impl LinkedBlob {
    /// A blob of a repository.
    #[must_use]
    pub const fn new(size: u64, location: Location, leased_until: Timestamp) -> Self {
        Self { size, location, leased_until }
    }
}

/// A manifest without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManifestStat {
    /// Its digest.
    pub digest: Digest,
    /// The type it was pushed with and is served with.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub size: u64,
}

impl ManifestStat {
    /// A manifest without its bytes.
    #[must_use]
    pub const fn new(digest: Digest, media_type: MediaType, size: u64) -> Self {
        Self { digest, media_type, size }
    }
}

/// A manifest as it was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManifestRecord {
    /// Its digest.
    pub digest: Digest,
    /// The type it was pushed with and is served with.
    pub media_type: MediaType,
    /// The exact bytes.
    pub bytes: Bytes,
}

impl ManifestRecord {
    /// A manifest.
    #[must_use]
    pub const fn new(digest: Digest, media_type: MediaType, bytes: Bytes) -> Self {
        Self { digest, media_type, bytes }
    }
}

/// That a manifest refers to another one by `subject`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReferrerEdge {
    /// The manifest that is referred to; it need not exist.
    pub subject: Digest,
    /// How the referring manifest is listed.
    pub descriptor: Descriptor,
}

impl ReferrerEdge {
    /// An edge to `subject`.
    #[must_use]
    pub const fn new(subject: Digest, descriptor: Descriptor) -> Self {
        Self { subject, descriptor }
    }
}

/// What a tag points to now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagRecord {
    /// The digest of the manifest.
    pub digest: Digest,
    /// The number of the event that set it, which is also that of its newest history entry.
    pub seq: u64,
    /// When it was set.
    pub at: Timestamp,
}

impl TagRecord {
    /// What a tag points to.
    #[must_use]
    pub const fn new(digest: Digest, seq: u64, at: Timestamp) -> Self {
        Self { digest, seq, at }
    }
}

/// One entry of a tag's history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagEntry {
    /// The number of the event that wrote it.
    pub seq: u64,
    /// The tag.
    pub tag: Tag,
    /// What it pointed to from then on; absent when it was deleted.
    pub digest: Option<Digest>,
    /// What it pointed to before; absent when it did not exist.
    pub previous: Option<Digest>,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// By which kind of act.
    pub cause: TagCause,
}

impl TagEntry {
    /// An entry.
    #[must_use]
    pub const fn new(
        seq: u64,
        tag: Tag,
        digest: Option<Digest>,
        previous: Option<Digest>,
        at: Timestamp,
        actor: Actor,
        cause: TagCause,
    ) -> Self {
        Self { seq, tag, digest, previous, at, actor, cause }
    }
}

/// A keyed document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its key within its kind.
    pub key: String,
    /// The number of the event that wrote it: it grows with every write and never comes back, also after a removal.
    pub version: u64,
    /// The content.
    pub value: Bytes,
}

impl Document {
    /// A document.
    #[must_use]
    pub const fn new(key: String, version: u64, value: Bytes) -> Self {
        Self { key, version, value }
    }
}

/// What a store says of the state that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StoreVersion {
    /// Which run of which server answers. After another one, what was acknowledged before may be gone; a store that is no
    /// server says nothing.
    pub server: Option<String>,
    /// As long as this is the same, nobody has committed anything on that server. It may change without that. Nothing where
    /// there is no such word, or none that is cheaper than to look for events.
    pub state: Option<String>,
}

impl StoreVersion {
    /// A state of a server.
    #[must_use]
    pub const fn new(server: Option<String>, state: Option<String>) -> Self {
        Self { server, state }
    }
}

/// Who does a job that one process does at a time, and how often that was said.
///
/// ```
/// use registry_storage::metadata::JobRecord;
///
/// let never_held = JobRecord::default();
/// let taken = never_held.put(Some("me".to_owned()));
/// assert_eq!((taken.term, taken.beat), (1, 0));
/// let renewed = taken.put(Some("me".to_owned()));
/// assert_eq!((renewed.term, renewed.beat), (1, 1));
/// assert_eq!(renewed.put(None).term, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct JobRecord {
    /// Who holds it; absent when nobody does.
    pub holder: Option<String>,
    /// One more with every other holder, nobody among them; 0 before the first. It never goes back.
    pub term: u64,
    /// One more whenever the holder said that it still holds it; 0 at the beginning of a term.
    pub beat: u64,
}

impl JobRecord {
    /// The record of a job.
    #[must_use]
    pub const fn new(holder: Option<String>, term: u64, beat: u64) -> Self {
        Self { holder, term, beat }
    }

    /// What it is after [`Change::PutJob`](super::Change::PutJob).
    #[must_use]
    pub fn put(&self, holder: Option<String>) -> Self {
        if holder == self.holder {
            Self { holder, term: self.term, beat: self.beat.saturating_add(1) }
        } else {
            Self { holder, term: self.term.saturating_add(1), beat: 0 }
        }
    }
}
