#![doc = include_str!("../README.md")]
// Errors carry digests, up to two of 65 bytes. They are rare, and a box would be in the way of every `match`.
#![allow(clippy::result_large_err)]

mod blob;
mod clock;
mod condition;
pub mod delivery;
mod error;
mod follow;
mod health;
pub mod import;
mod instance;
pub mod lease;
mod manifest;
pub mod migrate;
mod referrer;
mod registry;
mod repository;
mod settings;
mod tag;
mod upload;

pub use blob::{BlobHandle, BlobStat, MountSource};
pub use clock::{Clock, SystemClock};
pub use condition::Condition;
pub use error::{Error, Result};
pub use follow::Follower;
pub use manifest::{ManifestPut, PutManifest};
pub use registry::{Registry, RegistryBuilder};
pub use registry_storage::blob::BodyStream;
pub use registry_storage::metadata::{ManifestRecord, ManifestStat, TagEntry, TagRecord, UploadId};
pub use registry_storage::{BlobRead, BoxError};
pub use repository::Repository;
pub use settings::{Settings, SparseContent, SparsePolicy};
pub use tag::TagPoint;
pub use upload::{Chunk, Expired, StartUpload, UploadStatus};
