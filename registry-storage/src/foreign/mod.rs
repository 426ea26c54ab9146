//! What somebody else keeps: files in a folder, objects in a bucket. They are listed, read and
//! [adopted](crate::BlobStore::adopt), and never changed.
//!
//! | where | is |
//! |---|---|
//! | a folder | `ForeignFolder` (feature `fs`) |
//! | a bucket of S3 | `ForeignBucket` (feature `s3`) |

#[cfg(feature = "fs")]
mod folder;
mod tree;

#[cfg(feature = "fs")]
pub use folder::ForeignFolder;
pub use tree::{ForeignEntries, ForeignEntry, ForeignTree};

#[cfg(feature = "s3")]
pub use crate::blob::object::ForeignBucket;

use std::path::{Path, PathBuf};

/// Where foreign bytes lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Object { bucket: String, key: String },
}

impl Foreign {
    /// In a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// In the object of this key. The bucket is said by its address, such as `https://s3.example.com/images`: it is
    /// compared as text.
    pub fn object(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self(Place::Object { bucket: bucket.into(), key: key.into() })
    }

    /// The file, if it is one.
    #[must_use]
    pub fn as_file(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Object { .. } => None,
        }
    }

    /// The address of the bucket and the key, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<(&str, &str)> {
        match &self.0 {
            Place::File(_) => None,
            Place::Object { bucket, key } => Some((bucket, key)),
        }
    }
}
