//! `[content]`.

use std::collections::BTreeMap;

use registry_core::RepositoryName;
use registry_engine::{SparseContent, SparsePolicy};

use super::super::shape::choice;
use super::section;

section! {
    /// What a manifest must bring along.
    Content {
        /// What a manifest may name although it is absent: nothing, the children of an index, or also the configuration
        /// and layers of an image.
        sparse: Sparse = Sparse::Refuse => reload,
        /// The same for single repositories.
        sparse_repositories: BTreeMap<RepositoryName, Sparse> => reload,
    }
}

choice! {
    /// What may be absent.
    Sparse {
        Refuse = "refuse",
        Children = "children",
        Content = "content",
    }
}

impl Content {
    /// The same as the engine takes it.
    pub(crate) fn policy(&self) -> SparsePolicy {
        let policy = SparsePolicy::new(self.sparse.into());
        self.sparse_repositories
            .iter()
            .fold(policy, |policy, (repository, allow)| policy.with(repository.clone(), (*allow).into()))
    }
}

impl From<Sparse> for SparseContent {
    fn from(sparse: Sparse) -> Self {
        match sparse {
            Sparse::Refuse => Self::Refuse,
            Sparse::Children => Self::Children,
            Sparse::Content => Self::Content,
        }
    }
}
