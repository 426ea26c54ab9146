//! What somebody wants to do, and to what.

use registry_core::RepositoryName;

/// One thing that a request wants to do.
///
/// Shaped so that one access review of a Kubernetes API server answers it: a resource and a verb.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Access {
    /// To what.
    pub resource: Resource,
    /// What.
    pub action: Action,
}

impl Access {
    /// An access to a repository.
    #[must_use]
    pub const fn repository(name: RepositoryName, action: Action) -> Self {
        Self { resource: Resource::Repository(name), action }
    }

    /// Asking whether there is a registry: `GET /v2/`.
    #[must_use]
    pub const fn registry() -> Self {
        Self { resource: Resource::Registry, action: Action::Pull }
    }

    /// Listing the repositories.
    #[must_use]
    pub const fn catalog() -> Self {
        Self { resource: Resource::Catalog, action: Action::Pull }
    }

    /// Reading what happened in all repositories, and how it is told to others.
    #[must_use]
    pub const fn events() -> Self {
        Self { resource: Resource::Events, action: Action::Pull }
    }

    /// Reading the measurements of the server.
    #[must_use]
    pub const fn metrics() -> Self {
        Self { resource: Resource::Metrics, action: Action::Pull }
    }
}

/// What is accessed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// The registry as such.
    Registry,
    /// The list of repositories.
    Catalog,
    /// The log of events over all repositories, and its deliveries.
    Events,
    /// The measurements of the server.
    Metrics,
    /// One repository.
    Repository(RepositoryName),
}

/// What is done to it. None includes another: pushing needs [`Pull`](Self::Pull) and [`Push`](Self::Push).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Reading.
    Pull,
    /// Writing: uploads, manifests, tags.
    Push,
    /// Deleting manifests, tags and blobs.
    Delete,
}
