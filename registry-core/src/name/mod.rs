//! What repositories and manifests are called.

mod host;
mod image;
mod reference;
mod repository;
mod tag;

pub use image::ImageReference;
pub use reference::Reference;
pub use repository::RepositoryName;
pub use tag::Tag;
