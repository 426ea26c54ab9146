//! The trait of what foreign bytes are read from.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;

use super::Foreign;
use crate::{BlobRead, Result};

/// Entries of a folder, in no order.
pub type ForeignEntries<'a> = Pin<Box<dyn Stream<Item = Result<ForeignEntry>> + Send + 'a>>;

/// Reads files of somebody else. A path is names joined by `/`, without one at either end; the empty path is the whole.
///
/// Memory in use stays bounded however many entries a folder has.
///
/// # Cancel safety
/// Nothing is changed by any method.
#[async_trait]
pub trait ForeignTree: Debug + Send + Sync + 'static {
    /// What lies in a folder. A folder that is not there is empty.
    fn entries(&self, folder: &str) -> ForeignEntries<'_>;

    /// The bytes of a small file; nothing when it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when it is larger than `limit`; when it cannot be read.
    async fn small(&self, path: &str, limit: u64) -> Result<Option<Bytes>>;

    /// How many bytes a file has; nothing when it is not there.
    ///
    /// # Errors
    /// When that cannot be found out.
    async fn size(&self, path: &str) -> Result<Option<u64>>;

    /// Reads a file that has `size` bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it is not there, [`Error::Corrupt`](crate::Error::Corrupt) when
    /// it has another size; when it cannot be read.
    async fn read(&self, path: &str, size: u64) -> Result<BlobRead>;

    /// Where the bytes of a file lie, for [`adopt`](crate::BlobStore::adopt).
    fn place(&self, path: &str) -> Foreign;
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignEntry {
    /// Its name. What is no text has U+FFFD in it.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl ForeignEntry {
    /// An entry.
    #[must_use]
    pub const fn new(name: String, is_folder: bool) -> Self {
        Self { name, is_folder }
    }
}
