//! Bytes: uploads in progress, and blobs at locations that are never reused.
//!
//! | backend | keeps bytes in | survives |
//! |---|---|---|
//! | [`MemoryBlobStore`] | the memory of the process | nothing |
//! | `FsBlobStore` (feature `fs`) | a directory | the end of the process, and loss of power |
//! | `ObjectBlobStore` (features `s3`, `gcs`, `azure`) | a bucket of S3 or of a service like it, of Google Cloud Storage, a container of Azure | what the service survives |

#[cfg(feature = "fs")]
pub mod fs;
mod id;
mod memory;
#[cfg(feature = "objects")]
pub mod object;
mod object_id;
mod read;
mod store;

#[cfg(feature = "fs")]
pub use fs::{FsBlobStore, FsOptions};
pub use id::{Location, UploadToken};
pub use memory::MemoryBlobStore;
#[cfg(feature = "azure")]
pub use object::{AzureCredentials, AzureOptions};
#[cfg(feature = "s3")]
pub use object::{Credentials, S3Encryption, S3Options};
#[cfg(feature = "gcs")]
pub use object::{GcsCredentials, GcsOptions};
#[cfg(feature = "objects")]
pub use object::{ObjectBlobStore, ObjectOptions};
pub use read::BlobRead;
pub use store::{Appended, BlobStore, BodyStream, Durability};

use std::ops::Range;

use crate::{Error, Result};

/// Refuses a range that does not lie within a blob of `size` bytes (B-10).
pub(crate) const fn check_range(size: u64, range: &Range<u64>) -> Result<()> {
    if range.start > range.end || range.end > size {
        return Err(Error::Invalid { reason: "the range is not within the blob" });
    }
    Ok(())
}

/// What B-7 and B-15 answer for an upload that is not there.
pub(crate) const UNKNOWN_UPLOAD: Error = Error::NotFound { what: "upload" };

/// What B-9 and B-15 answer for a location that is not there.
pub(crate) const UNKNOWN_LOCATION: Error = Error::NotFound { what: "location" };

/// What B-18 answers for foreign bytes that are not there.
#[cfg(any(feature = "fs", feature = "objects"))]
pub(crate) const NOTHING_FOREIGN: Error = Error::NotFound { what: "foreign bytes" };

/// What B-2 answers for an append behind the end.
pub(crate) const BEYOND_END: Error = Error::Invalid { reason: "the offset is beyond what was kept" };

/// What B-9 answers for a blob of another size.
pub(crate) fn wrong_size(found: u64, expected: u64) -> Error {
    Error::Corrupt { reason: format!("the blob has {found} bytes instead of {expected}") }
}

/// What B-5 answers for an upload with fewer bytes than are to be made permanent.
pub(crate) fn too_short(found: u64, expected: u64) -> Error {
    Error::Corrupt { reason: format!("the upload has {found} bytes, {expected} were to be committed") }
}
