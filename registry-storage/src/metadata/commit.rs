//! What changes, and on which conditions.

use bytes::Bytes;
use registry_core::{Actor, Digest, Event, MediaType, RepositoryName, Tag, TagCause, Timestamp};

use super::{ReferrerEdge, UploadId, UploadRecord};
use crate::Location;

/// Changes that become visible together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// Who makes them.
    pub actor: Actor,
    /// When, by the clock of the caller.
    pub at: Timestamp,
    /// What must hold before the first change.
    pub requires: Vec<Require>,
    /// The changes, carried out in this order.
    pub changes: Vec<Change>,
}

impl Commit {
    /// A commit without conditions and changes.
    #[must_use]
    pub const fn new(actor: Actor, at: Timestamp) -> Self {
        Self { actor, at, requires: Vec::new(), changes: Vec::new() }
    }

    /// The same commit with one more condition.
    #[must_use]
    pub fn require(mut self, require: Require) -> Self {
        self.requires.push(require);
        self
    }

    /// The same commit with one more change.
    #[must_use]
    pub fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Committed {
    /// The events that were appended to the log, in its order; empty when nothing that the log tells of changed.
    pub events: Vec<Event>,
}

impl Committed {
    /// A commit that appended these events.
    #[must_use]
    pub const fn new(events: Vec<Event>) -> Self {
        Self { events }
    }
}

/// A condition on the state before a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Require {
    /// The tag points to this digest, or does not exist.
    Tag {
        /// In which repository.
        repository: RepositoryName,
        /// Which tag.
        tag: Tag,
        /// What it must point to; absent when it must not exist.
        is: Option<Digest>,
    },
    /// The manifest is readable in the repository, or is not.
    Manifest {
        /// In which repository.
        repository: RepositoryName,
        /// Which manifest.
        digest: Digest,
        /// Whether it must be there.
        present: bool,
    },
    /// The blob is readable in the repository, or is not.
    Blob {
        /// In which repository.
        repository: RepositoryName,
        /// Which blob.
        digest: Digest,
        /// Whether it must be there.
        present: bool,
    },
    /// The bytes of the digest lie at this location, or nowhere.
    StoredBlob {
        /// Which blob.
        digest: Digest,
        /// Where its bytes must lie; absent when they must not be stored.
        location: Option<Location>,
    },
    /// No readable manifest of the repository names the blob as configuration or layer, nor as child.
    BlobUnused {
        /// In which repository.
        repository: RepositoryName,
        /// Which blob.
        digest: Digest,
    },
    /// No readable index of the repository names the manifest as child.
    ManifestUnused {
        /// In which repository.
        repository: RepositoryName,
        /// Which manifest.
        digest: Digest,
    },
    /// The upload has this version, or does not exist.
    Upload {
        /// Which upload.
        id: UploadId,
        /// Its version; absent when it must not exist.
        version: Option<u64>,
    },
    /// Fewer uploads than this are in progress.
    UploadRoom {
        /// In this repository; in all of them together when it is absent.
        repository: Option<RepositoryName>,
        /// How many there may be, and one more.
        below: u64,
    },
    /// The document has this version, or does not exist.
    Document {
        /// Of which kind.
        kind: String,
        /// Its key.
        key: String,
        /// Its version; absent when it must not exist.
        version: Option<u64>,
    },
    /// The job is in this term. Whoever held it in another term is refused by that, whatever it believes.
    Job {
        /// Which job.
        name: String,
        /// Its term; 0 for a job that nobody ever held.
        term: u64,
        /// Its beat, if that must not have moved either.
        beat: Option<u64>,
    },
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The bytes of the digest lie here, whatever was known before. No event.
    StoreBlob {
        /// Which blob.
        digest: Digest,
        /// How many bytes it has.
        size: u64,
        /// Where they lie.
        location: Location,
    },
    /// The blob, which must be stored by then, is readable in the repository and leased at least until then. An event
    /// if it was not readable.
    LinkBlob {
        /// In which repository.
        repository: RepositoryName,
        /// Which blob.
        digest: Digest,
        /// Until when it is kept although nothing may refer to it; never moved earlier.
        leased_until: Timestamp,
    },
    /// The blob is not readable in the repository any more. An event if it was.
    UnlinkBlob {
        /// In which repository.
        repository: RepositoryName,
        /// Which blob.
        digest: Digest,
    },
    /// The link, if there is one, is leased at least until then. No event.
    RenewLease {
        /// In which repository.
        repository: RepositoryName,
        /// Which blob.
        digest: Digest,
        /// Never moved earlier.
        leased_until: Timestamp,
    },
    /// The manifest is readable in the repository, with these edges instead of those it had; its tags stay. Always an
    /// event.
    PutManifest {
        /// In which repository.
        repository: RepositoryName,
        /// The manifest and all its edges.
        manifest: Box<NewManifest>,
    },
    /// The manifest is not readable any more, and neither is any tag that points to it. An event for each tag, in the
    /// tags' order, and then one for the manifest; none if it was not readable. Its bytes are retained.
    DeleteManifest {
        /// In which repository.
        repository: RepositoryName,
        /// Which manifest.
        digest: Digest,
    },
    /// The tag points to the manifest, which must be readable in the repository by then. A history entry and an event,
    /// unless it did so already.
    SetTag {
        /// In which repository.
        repository: RepositoryName,
        /// Which tag.
        tag: Tag,
        /// To which manifest.
        digest: Digest,
        /// By which kind of act.
        cause: TagCause,
    },
    /// The tag does not exist. A history entry and an event if it did.
    DeleteTag {
        /// In which repository.
        repository: RepositoryName,
        /// Which tag.
        tag: Tag,
        /// By which kind of act.
        cause: TagCause,
    },
    /// The record of an upload; it replaces the one there was and gets the next version. No event.
    PutUpload(Box<UploadRecord>),
    /// The upload has no record. No event.
    DeleteUpload {
        /// Which upload.
        id: UploadId,
    },
    /// The document has this value and a new version, the number of the event. Always an event.
    PutDocument {
        /// Of which kind.
        kind: String,
        /// Its key.
        key: String,
        /// The content.
        value: Bytes,
    },
    /// The document does not exist. An event if it did.
    DeleteDocument {
        /// Of which kind.
        kind: String,
        /// Its key.
        key: String,
    },
    /// The job is held by this holder, or by nobody: with the next beat if that is so already, in a new term otherwise.
    /// No event.
    PutJob {
        /// Which job.
        name: String,
        /// Who holds it from now on.
        holder: Option<String>,
    },
}

/// A manifest with everything that the metadata keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewManifest {
    /// Its digest.
    pub digest: Digest,
    /// The type it is served with.
    pub media_type: MediaType,
    /// The exact bytes.
    pub bytes: Bytes,
    /// The blobs it names as configuration or layers, where they are kept here.
    pub blobs: Vec<Digest>,
    /// The manifests, or blobs, that it names as children.
    pub children: Vec<Digest>,
    /// The manifest it refers to.
    pub referrer: Option<ReferrerEdge>,
    /// Until when it is kept although nothing may refer to it.
    pub leased_until: Timestamp,
}

impl NewManifest {
    /// A manifest without edges.
    #[must_use]
    pub const fn new(digest: Digest, media_type: MediaType, bytes: Bytes, leased_until: Timestamp) -> Self {
        Self {
            digest,
            media_type,
            bytes,
            blobs: Vec::new(),
            children: Vec::new(),
            referrer: None,
            leased_until,
        }
    }
}
