//! Blobs in a directory.
//!
//! ```text
//! <directory>/                         drwx------
//! ├── uploads/                         one file per upload in progress
//! │   └── 5d41…c592                    32 hex digits, the upload's token; grows with each append
//! └── blobs/                           256 directories, made when the store is first opened
//!     ├── 00/ … ff/
//!     └── 5d/
//!         └── 41…c592                  30 hex digits; "5d/41…c592" is the blob's location
//! ```
//!
//! A name is 128 random bits, drawn when the upload begins and kept when it is committed, so that it is never used
//! twice. Files that do not look like this are left alone. Several processes may use one directory at the same time.
//!
//! # What is on the disk when
//!
//! | call | before it returns |
//! |---|---|
//! | `begin` | nothing is waited for |
//! | `append`, `Durability::OnCommit` | nothing is waited for |
//! | `append`, `Durability::OnReturn` | `fdatasync` of the file, `fsync` of `uploads` |
//! | `commit` | `fdatasync` of the file, rename, `fsync` of the directory that it was moved to |
//! | `adopt` | `fdatasync` of the file, one more name for it, `fsync` of the directory of that name |
//! | `delete`, `abort` | nothing is waited for: after a crash the file may be back, and is found by `list` or [`BlobStore::stale_uploads`](crate::BlobStore::stale_uploads) |
//!
//! When a write fails, for lack of space or otherwise, the upload is set back to where the append began. When a
//! sync fails the upload is removed: the system may have dropped bytes that it could not write, and would not say
//! so a second time.
//!
//! # Who writes
//!
//! Each call that writes an upload holds an operating system lock (`flock`) on its file, on a blocking thread. A call
//! whose future is dropped keeps the lock until the write under way is over, so that it never lands later.
//!
//! # Memory
//!
//! Appends share [`FsOptions::push_memory`] and reads share [`FsOptions::pull_memory`]: the more there are at once,
//! the smaller are the pieces each of them moves, from 512 KiB down to 32 KiB. Buffers for reading are used again.
//! At most [`FsOptions::threads`] blocking threads write and as many read at once; the other calls wait their turn.

mod adopt;
mod append;
mod batch;
mod body;
mod budget;
mod disk;
mod lane;
mod layout;
mod list;
mod open;
mod options;
mod place;
mod pool;
mod read;
mod stale;
mod store;
#[cfg(test)]
mod tests;
mod upload;

pub(super) use body::FileBody;
pub use options::FsOptions;
pub use store::FsBlobStore;
