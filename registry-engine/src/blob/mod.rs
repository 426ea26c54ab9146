//! Blobs of a repository.

mod delete;
mod mount;
mod place;
mod put;
mod read;
mod stat;
mod take;

use registry_core::Digest;

pub use mount::MountSource;
pub(crate) use place::Own;
pub use read::BlobHandle;
pub(crate) use take::take;

/// A blob without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobStat {
    /// Its digest.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
}
