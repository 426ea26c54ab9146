//! Manifests of a repository.

mod check;
mod delete;
mod put;
mod read;
mod retained;

use bytes::Bytes;
use registry_core::{Digest, MediaType, Reference, Tag};

pub(crate) use check::Sizes;
pub(crate) use retained::parsed;

use crate::Condition;

/// A manifest to be pushed.
#[derive(Debug, Clone)]
#[allow(clippy::exhaustive_structs)]
pub struct PutManifest {
    /// Under which tag or digest. A digest is verified, and says which algorithm the manifest is addressed with; under
    /// a tag that is SHA-256.
    pub target: Reference,
    /// Tags that are to point to it beside; only with a digest as target (distribution-spec, "Pushing manifests").
    pub tags: Vec<Tag>,
    /// The type it was sent with, without parameters. Without one, the body must say it.
    pub media_type: Option<MediaType>,
    /// The exact bytes.
    pub bytes: Bytes,
    /// What must hold of the target before.
    pub condition: Condition,
}

impl PutManifest {
    /// A put without type, further tags, and condition.
    #[must_use]
    pub fn new(target: impl Into<Reference>, bytes: impl Into<Bytes>) -> Self {
        Self {
            target: target.into(),
            tags: Vec::new(),
            media_type: None,
            bytes: bytes.into(),
            condition: Condition::Any,
        }
    }
}

/// A manifest that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManifestPut {
    /// Its digest.
    pub digest: Digest,
    /// The type it is served with.
    pub media_type: MediaType,
    /// The manifest it refers to, which is now listed with its referrers.
    pub subject: Option<Digest>,
    /// The tags that were asked for beside the target, each once.
    pub tags: Vec<Tag>,
    /// Whether it was not readable in the repository before.
    pub created: bool,
}
