//! Bytes: uploads in progress, and blobs at locations that are never reused.

mod id;
mod read;
mod store;

pub use id::{Location, UploadToken};
pub use read::BlobRead;
pub use store::{Appended, BlobStore, BodyStream, Durability};
