//! One repository.

use std::sync::Arc;

use registry_core::{Actor, RepositoryName};
use registry_storage::Commit;

use crate::Result;
use crate::registry::Inner;

/// One repository of a registry: the handle on which everything is done.
///
/// It is only a name, so having one says nothing about whether the repository exists. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) inner: Arc<Inner>,
    pub(crate) name: RepositoryName,
}

/// How often a change is tried anew when others come in between.
pub(crate) const ATTEMPTS: usize = 64;

impl Repository {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// Whether it exists: whether a manifest or a blob is readable in it.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn exists(&self) -> Result<bool> {
        Ok(self.inner.metadata.repository_exists(&self.name).await?)
    }

    /// A commit without conditions and changes, at this time.
    pub(crate) fn commit(&self, actor: &Actor) -> Commit {
        Commit::new(actor.clone(), self.inner.clock.now())
    }
}
