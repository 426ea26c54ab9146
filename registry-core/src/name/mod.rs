//! What repositories and manifests are called.

mod reference;
mod repository;
mod tag;

pub use reference::Reference;
pub use repository::RepositoryName;
pub use tag::Tag;
