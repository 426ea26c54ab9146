#![doc = include_str!("../README.md")]

pub mod blob;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
pub mod foreign;
pub mod metadata;
mod observed;

pub use blob::{BlobRead, BlobStore, Location, UploadToken};
pub use error::{BoxError, Error, Result};
pub use metadata::{Change, Commit, Committed, MetadataStore, Require};
pub use observed::{Observed, StoreCall, StoreObserver};
