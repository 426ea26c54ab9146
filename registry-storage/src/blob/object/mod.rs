//! Blobs as objects of S3 or of a service that speaks like it, of Google Cloud Storage, or of Azure Blob Storage.
//!
//! ```text
//! <bucket>/<prefix>
//! ├── blobs/5d/41…c592                 a blob; "5d/41…c592" is its location
//! ├── uploads/<upload>-t-<name>        bytes of an upload in progress that are less than a part
//! ├── uploads/<upload>-m-<name>        which multipart upload is its own, where the service does not list them
//! ├── uploads/<upload>-k-<blob>        the same, where it makes a blob of another name than the upload has
//! ├── uploads/<upload>-c-<name>        who is about to complete it, where the service would let two do so
//! └── trial/<name>                     what the store is tried with when it is opened
//! ```
//!
//! Objects of somebody else in the same bucket can be adopted: then `adopted:` and the key is the location. They are read
//! and never removed.
//!
//! Names are 128 random bits and never used twice. Objects that do not look like this are left alone. Any number of
//! processes may use one bucket at the same time; they need no agreement with each other, and no clock.
//!
//! # What is asked of the service
//!
//! | call | requests |
//! |---|---|
//! | `begin` | none |
//! | `append` | one for each part that became whole, one before the first of them; with `Durability::OnReturn` one for what is less than a part, unless it is at most 64 KiB, which the token holds |
//! | `commit` of less than a part | one PUT |
//! | `commit` of parts | one for what is left, one to complete; nothing is copied |
//! | `read` | one GET; for an empty range one HEAD |
//! | `probe`, `direct_url` | none |
//! | `adopt` | one HEAD |
//! | `delete` | one DELETE; none for what was adopted |
//!
//! So a blob below the size of a part costs one request from its first byte to its commit, and one of `n` parts `n + 2`.
//! What lies beside an upload is removed one by one when it is not needed any more. Where the service does not list
//! multipart uploads, as in Azure, each has a marker: one request more to make it, and one to remove it.
//!
//! # What may go wrong
//!
//! Each request is tried again after failures that may pass: no connection, no answer in time, 408, 429, 5xx, with
//! growing pauses, or as long as the service says. When that does not help, the answer is
//! [`Error::Unavailable`](crate::Error::Unavailable). When nobody knows whether a multipart upload was completed, a look
//! at the object tells. A read that ends early goes on with a request for the rest of the very same object.
//!
//! S3 checks bodies: by the SHA-256 that signs them, or by a CRC-64/NVME ([`S3Options::unsigned_payload`]). To the others
//! they go without a checksum, protected by TLS.
//!
//! # How the services differ
//!
//! | | S3, Google Cloud Storage | Azure |
//! |---|---|---|
//! | a part | of a multipart upload, found by its number and entity tag | a block of the blob to be, found by the id that was drawn for it |
//! | `commit` of parts | completes the multipart upload; Google knows no condition there, and none is needed | makes the blob of a list of blocks, if there is none |
//! | the name of a blob of parts | that of the upload, or a new one after the upload was set back into a part, which made an object of that name | one of its own, which the token holds |
//! | `abort` | aborts the multipart upload | puts an empty blob, if there is none, which drops the blocks, and removes it: two requests |
//! | `stale_uploads` | from the list of multipart uploads | from markers, because blobs of nothing but blocks are listed without a time |
//! | what nobody finds | stays until a lifecycle rule of the bucket ends it | is dropped a week after the last block |
//!
//! # What is not relied upon
//!
//! Lists of multipart uploads and conditions on writes are used where the trial at the start found them to work, and
//! never to be correct: no object whose bytes count is written twice.
//!
//! That an upload without parts has ended is known to the instance that ended it; to another one it looks as if it went
//! on, and to commit it there makes a blob of its own.
//!
//! # Memory
//!
//! Uploads share [`ObjectOptions::memory`] for the parts that they gather and send. When it is given out they wait, and
//! one at a time may take one part more, so that the bound is `memory` and one part. A commit takes what it needs for the end
//! of an upload that lies beside it. Reads hold what is on its way, 256 KiB each.

mod adopt;
mod append;
#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "azure")]
mod blocks;
mod budget;
mod claim;
mod client;
mod commit;
#[cfg(feature = "s3")]
mod credentials;
mod dialect;
mod failure;
#[cfg(feature = "s3")]
mod foreign;
mod gather;
#[cfg(feature = "gcs")]
mod gcs;
mod inner;
mod layout;
mod ledger;
mod list;
mod options;
mod raw;
mod read;
mod rewind;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "azure")]
mod sas;
mod service;
mod state;
mod store;
mod transport;
mod trial;
mod wire;
#[cfg(any(feature = "gcs", feature = "s3"))]
mod xml;

#[cfg(feature = "azure")]
pub use azure::{AzureCredentials, AzureOptions};
#[cfg(feature = "s3")]
pub use credentials::Credentials;
#[cfg(feature = "s3")]
pub use foreign::ForeignBucket;
#[cfg(feature = "gcs")]
pub use gcs::{GcsCredentials, GcsOptions};
pub use options::ObjectOptions;
#[cfg(feature = "s3")]
pub use s3::{S3Encryption, S3Options};
pub use store::ObjectBlobStore;

/// A number below `bound`, drawn; 0 where there is nothing to draw from.
fn random_below(bound: u8) -> u32 {
    let mut byte = [0];
    let _ = getrandom::fill(&mut byte);
    u32::from(byte[0] % bound)
}
