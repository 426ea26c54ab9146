//! What happened, in the order in which it became visible.

use serde::{Deserialize, Serialize};

use crate::{Actor, Digest, MediaType, RepositoryName, Tag, Timestamp};

/// One entry of a registry's event log.
///
/// The log is append-only, and its numbers have no gaps: whoever has seen everything up to `seq` and asks for what
/// follows misses nothing.
///
/// ```
/// use registry_core::{Actor, Digest, Event, EventKind, Timestamp};
///
/// let kind = EventKind::BlobLinked { digest: Digest::sha256_of(b"layer"), size: 5 };
/// let name = Some("library/busybox".parse()?);
/// let event = Event::new(1, Timestamp::from_micros(0), Actor::anonymous(), name, kind);
/// let json = serde_json::to_value(&event).expect("it has no maps with odd keys");
/// assert_eq!((&json["type"], &json["repository"]), (&"blob_linked".into(), &"library/busybox".into()));
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The place in the log: 1 for the first event ever, then one more for each.
    pub seq: u64,
    /// When it was committed, by the clock of the process that did.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// Where; absent for what belongs to no repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// An event.
    #[must_use]
    pub const fn new(
        seq: u64,
        at: Timestamp,
        actor: Actor,
        repository: Option<RepositoryName>,
        kind: EventKind,
    ) -> Self {
        Self { seq, at, actor, repository, kind }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A blob became readable in the repository, by upload or by mount.
    BlobLinked {
        /// Its digest.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
    },
    /// A blob is no longer readable in the repository.
    BlobUnlinked {
        /// Its digest.
        digest: Digest,
    },
    /// A manifest became readable in the repository, or was pushed once more.
    ManifestPut {
        /// Its digest.
        digest: Digest,
        /// The media type it is served with.
        media_type: MediaType,
        /// Its size in bytes.
        size: u64,
        /// The digest of the manifest it refers to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Digest>,
    },
    /// A manifest is no longer readable in the repository.
    ManifestDeleted {
        /// Its digest.
        digest: Digest,
    },
    /// A tag points to a manifest from now on.
    TagSet {
        /// The tag.
        tag: Tag,
        /// What it points to now.
        digest: Digest,
        /// What it pointed to before; absent when it did not exist.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<Digest>,
        /// By which kind of act.
        cause: TagCause,
    },
    /// A tag no longer exists.
    TagDeleted {
        /// The tag.
        tag: Tag,
        /// What it pointed to.
        previous: Digest,
        /// By which kind of act.
        cause: TagCause,
    },
    /// A keyed document was written.
    DocumentPut {
        /// Which kind of document.
        kind: String,
        /// Its key within the kind.
        key: String,
        /// Its new version.
        version: u64,
    },
    /// A keyed document was removed.
    DocumentDeleted {
        /// Which kind of document.
        kind: String,
        /// Its key within the kind.
        key: String,
    },
}

impl EventKind {
    /// The kinds by name, as they stand in the JSON of an event.
    pub const NAMES: [&str; 8] = [
        "blob_linked",
        "blob_unlinked",
        "manifest_put",
        "manifest_deleted",
        "tag_set",
        "tag_deleted",
        "document_put",
        "document_deleted",
    ];

    /// The name of the kind.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Self::BlobLinked { .. } => 0,
            Self::BlobUnlinked { .. } => 1,
            Self::ManifestPut { .. } => 2,
            Self::ManifestDeleted { .. } => 3,
            Self::TagSet { .. } => 4,
            Self::TagDeleted { .. } => 5,
            Self::DocumentPut { .. } => 6,
            Self::DocumentDeleted { .. } => 7,
        }]
    }
}

/// By which kind of act a tag was moved or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TagCause {
    /// A manifest was pushed under the tag.
    Push,
    /// The tag was set back to an earlier digest.
    Restore,
    /// The tag was deleted by name.
    Delete,
    /// The manifest it pointed to was deleted.
    ManifestDelete,
    /// The tag was taken over from another registry.
    Import,
}

impl TagCause {
    /// The cause in snake case, as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Restore => "restore",
            Self::Delete => "delete",
            Self::ManifestDelete => "manifest_delete",
            Self::Import => "import",
        }
    }

    /// The cause that is written like this.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Push, Self::Restore, Self::Delete, Self::ManifestDelete, Self::Import]
            .into_iter()
            .find(|cause| cause.as_str() == name)
    }
}
