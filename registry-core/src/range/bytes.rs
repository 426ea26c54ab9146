//! A range of bytes.

use std::fmt;

/// A range of bytes within some content: from `first` to `last`, both included; never empty.
///
/// ```
/// use registry_core::ByteRange;
///
/// let range = ByteRange::new(500, 999).unwrap();
/// assert_eq!(range.len(), 500);
/// assert_eq!(range.content_range(2048), "bytes 500-999/2048");
/// assert_eq!(ByteRange::new(1, 0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteRange {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// The range from the position `first` to the position `last`, both included and counted from zero.
    ///
    /// `None` when `last` is before `first`, or is `u64::MAX`, so that every length fits a `u64`.
    #[must_use]
    pub const fn new(first: u64, last: u64) -> Option<Self> {
        if first <= last && last < u64::MAX { Some(Self { first, last }) } else { None }
    }

    /// The position of the first byte.
    #[must_use]
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The position of the last byte.
    #[must_use]
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How many bytes there are: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // It is never empty.
    pub const fn len(self) -> u64 {
        self.last - self.first + 1
    }

    /// The value of `Content-Range` for this part of a content of `size` bytes (RFC 9110, section 14.4).
    #[must_use]
    pub fn content_range(self, size: u64) -> String {
        format!("bytes {self}/{size}")
    }
}

impl fmt::Display for ByteRange {
    /// `first-last`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}
