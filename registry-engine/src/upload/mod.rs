//! Uploads: sessions, the chunks that go into them, and the check that ends them.
//!
//! A session is a record in the metadata, overwritten at each step, so that any process goes on with it after a
//! restart without reading bytes back. Within one process a gate per session lets one request at a time in; between
//! processes the version of the record decides.

mod append;
mod cancel;
mod expire;
mod finish;
mod gate;
mod meter;
mod receive;
mod session;
mod start;
mod verify;

use registry_core::{Algorithm, UploadRange};
use registry_storage::metadata::UploadId;

pub use expire::Expired;
pub(crate) use gate::Gates;
pub(crate) use receive::{End, receive};
pub(crate) use session::unchanged;
pub(crate) use verify::verify;

/// How a new upload session will be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct StartUpload {
    /// The algorithm of the digest that the blob will be finished with; SHA-256 when it is not said. Another one at
    /// the end is fine, and costs one reading of the bytes if some had come before.
    pub algorithm: Option<Algorithm>,
    /// How many bytes the blob will have, where that is known. Only a hint for the store.
    pub size_hint: Option<u64>,
}

/// What is known of a chunk before its first byte. The default is a stream of any length that goes to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Chunk {
    /// Where the chunk belongs (distribution-spec, "Pushing a blob in chunks"); at the end when it is not said.
    pub range: Option<UploadRange>,
    /// How many bytes the body has, where that is known.
    pub length: Option<u64>,
}

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadStatus {
    /// The session.
    pub id: UploadId,
    /// How many bytes are kept; they survive a crash.
    pub offset: u64,
}
