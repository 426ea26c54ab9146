//! What another registry keeps.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use registry_core::{Digest, RepositoryName, Tag};
use registry_storage::BlobRead;
use registry_storage::foreign::Foreign;

use super::{Finding, Trouble};

/// A list of what a source has, in no order, each once. Trouble with one entry leaves the others in place.
pub type Listed<'a, T> = Pin<Box<dyn Stream<Item = Result<T, Trouble>> + Send + 'a>>;

/// What another registry keeps, as it is found: what it says is believed only after it was verified.
///
/// Memory in use stays bounded whatever there is.
///
/// # Cancel safety
/// Nothing is changed by any method.
#[async_trait]
pub trait Source: Debug + Send + Sync {
    /// Its repositories.
    fn repositories(&self) -> Listed<'_, RepositoryName>;

    /// The blobs that are readable in the repository.
    fn blobs<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Linked>;

    /// The manifests that are readable in the repository.
    fn manifests<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Linked>;

    /// The tags of the repository.
    fn tags<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Tag>;

    /// The manifest of that digest, if it is readable in the repository.
    ///
    /// # Errors
    /// When what tells so is damaged, or cannot be read.
    async fn manifest(&self, repository: &RepositoryName, digest: &Digest)
    -> Result<Option<Linked>, Trouble>;

    /// What the tag points to.
    ///
    /// # Errors
    /// When what tells so is not there or damaged, or cannot be read.
    async fn target(&self, repository: &RepositoryName, tag: &Tag) -> Result<Digest, Trouble>;

    /// What else there is in the repository that is not taken over.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn remains(&self, repository: &RepositoryName) -> Result<Vec<Finding>, Trouble>;

    /// How many bytes are stored under a digest; nothing when there are none.
    ///
    /// # Errors
    /// When that cannot be found out.
    async fn size(&self, stored_as: &Digest) -> registry_storage::Result<Option<u64>>;

    /// The bytes that are stored under a digest; nothing when there are none.
    ///
    /// # Errors
    /// [`Invalid`](registry_storage::Error::Invalid) when there are more than `limit`; when they cannot be read.
    async fn small(&self, stored_as: &Digest, limit: u64) -> registry_storage::Result<Option<Bytes>>;

    /// The `size` bytes that are stored under a digest.
    ///
    /// # Errors
    /// As [`ForeignTree::read`](registry_storage::foreign::ForeignTree::read).
    async fn read(&self, stored_as: &Digest, size: u64) -> registry_storage::Result<BlobRead>;

    /// Where they lie, if a store could make use of them there.
    fn place(&self, stored_as: &Digest) -> Option<Foreign>;
}

/// Content that is readable in a repository under a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Linked {
    /// The digest under which it is asked for.
    pub digest: Digest,
    /// The digest under which the bytes are kept, which may be one of another algorithm.
    pub stored_as: Digest,
}

impl Linked {
    /// Content that is asked for under one digest and kept under the same or another.
    #[must_use]
    pub const fn new(digest: Digest, stored_as: Digest) -> Self {
        Self { digest, stored_as }
    }
}
