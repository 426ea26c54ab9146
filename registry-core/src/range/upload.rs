//! Where the chunk of an upload belongs.

use std::fmt;
use std::str::FromStr;

use super::ByteRange;
use crate::error::excerpt;
use crate::{Error, Result};

/// The `Content-Range` of a chunk as the distribution specification writes it: `first-last`, both included, without
/// unit and without total ("Pushing a blob in chunks").
///
/// ```
/// use registry_core::UploadRange;
///
/// let range: UploadRange = "0-1023".parse()?;
/// assert_eq!((range.first(), range.last(), range.len()), (0, 1023, 1024));
/// assert!("bytes 0-1023/2048".parse::<UploadRange>().is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadRange(ByteRange);

impl UploadRange {
    /// The position of the first byte of the chunk.
    #[must_use]
    pub const fn first(self) -> u64 {
        self.0.first()
    }

    /// The position of the last byte of the chunk.
    #[must_use]
    pub const fn last(self) -> u64 {
        self.0.last()
    }

    /// How many bytes the chunk has: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // It is never empty.
    pub const fn len(self) -> u64 {
        self.0.len()
    }
}

impl From<ByteRange> for UploadRange {
    fn from(range: ByteRange) -> Self {
        Self(range)
    }
}

impl FromStr for UploadRange {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidRange`] for anything but two numbers joined by `-`, the second not before the first and below
    /// `u64::MAX`.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason| Error::InvalidRange { input: excerpt(text), reason };
        let (first, last) = text.split_once('-').ok_or_else(|| invalid("there is no dash"))?;
        let first = super::digits(first).ok_or_else(|| invalid("the first position is no number"))?;
        let last = super::digits(last).ok_or_else(|| invalid("the last position is no number"))?;
        if last < first {
            return Err(invalid("the last position is before the first"));
        }
        ByteRange::new(first, last).map(Self).ok_or_else(|| invalid("the last position is too large"))
    }
}

impl fmt::Display for UploadRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The value of `Range` in an answer about an upload that holds `offset` bytes: `0-<offset - 1>`.
///
/// With no bytes yet it is `0-0`, for want of a way to say nothing; that is what clients expect.
#[must_use]
pub fn upload_range_header(offset: u64) -> String {
    format!("0-{}", offset.saturating_sub(1))
}
