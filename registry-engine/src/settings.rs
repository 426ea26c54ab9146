//! What an operator decides.

use std::collections::BTreeMap;
use std::time::Duration;

use registry_core::RepositoryName;

/// What an operator decides about the rules.
///
/// ```
/// use registry_engine::Settings;
///
/// let mut settings = Settings::default();
/// settings.max_manifest_bytes = 8 << 20;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How long content is kept at least after it was pushed, mounted, or answered as present, although nothing may
    /// refer to it yet. 24 hours by default.
    pub lease_window: Duration,
    /// The largest manifest that is taken, in bytes. 4 MiB by default, the least that a registry should take
    /// (distribution-spec, "Pushing manifests").
    pub max_manifest_bytes: u64,
    /// In which repositories a manifest may name content that is absent. In none by default.
    pub sparse: SparsePolicy,
    /// How many tags one put may set beside its target. 64 by default; the specification asks for 10 at least.
    pub max_tags_per_put: usize,
    /// How long a request waits for another one on the same upload session before it gives up with
    /// [`Error::Busy`](crate::Error::Busy). 10 seconds by default.
    pub gate_wait: Duration,
    /// How long an upload session lives on after it last went on. 24 hours by default.
    pub upload_expiry: Duration,
    /// The most upload sessions at a time in one repository. 1000 by default.
    pub max_uploads_per_repository: u64,
    /// The most upload sessions at a time in all repositories together. 10,000 by default.
    pub max_uploads: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease_window: Duration::from_secs(24 * 60 * 60),
            max_manifest_bytes: 4 << 20,
            sparse: SparsePolicy::default(),
            max_tags_per_put: 64,
            gate_wait: Duration::from_secs(10),
            upload_expiry: Duration::from_secs(24 * 60 * 60),
            max_uploads_per_repository: 1_000,
            max_uploads: 10_000,
        }
    }
}

/// Which content a manifest may name although it is absent (distribution-spec, "Pushing manifests").
///
/// Content that no registry is expected to hold, see
/// [`Descriptor::is_distributable`](registry_core::Descriptor::is_distributable), may always be absent, and so may
/// the subject of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum SparseContent {
    /// None.
    #[default]
    Refuse,
    /// The children of an index: sparse indexes.
    Children,
    /// The children of an index, and the configuration and layers of an image.
    Content,
}

/// Which content may be absent in which repository.
///
/// ```
/// use registry_engine::{SparseContent, SparsePolicy};
///
/// let policy = SparsePolicy::new(SparseContent::Refuse).with("mirror/busybox".parse()?, SparseContent::Children);
/// assert_eq!(policy.of(&"mirror/busybox".parse()?), SparseContent::Children);
/// assert_eq!(policy.of(&"library/busybox".parse()?), SparseContent::Refuse);
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SparsePolicy {
    elsewhere: SparseContent,
    repositories: BTreeMap<RepositoryName, SparseContent>,
}

impl SparsePolicy {
    /// The same for all repositories.
    #[must_use]
    pub const fn new(everywhere: SparseContent) -> Self {
        Self { elsewhere: everywhere, repositories: BTreeMap::new() }
    }

    /// The same policy with another answer for one repository.
    #[must_use]
    pub fn with(mut self, repository: RepositoryName, content: SparseContent) -> Self {
        self.repositories.insert(repository, content);
        self
    }

    /// What may be absent in this repository.
    #[must_use]
    pub fn of(&self, repository: &RepositoryName) -> SparseContent {
        self.repositories.get(repository).copied().unwrap_or(self.elsewhere)
    }
}
