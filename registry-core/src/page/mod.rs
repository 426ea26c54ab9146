//! Pages of ordered listings.

mod link;

pub use link::Link;

use crate::error::excerpt;
use crate::{Error, Result};

/// Which part of an ordered listing is wanted.
///
/// `last` is a position, not an entry: it need not exist (distribution-spec, "Listing Tags").
///
/// ```
/// use registry_core::PageRequest;
///
/// assert_eq!(PageRequest::from_query(Some("50"), Some("1.36"), 1000)?, PageRequest::after("1.36", 50));
/// assert_eq!(PageRequest::from_query(None, None, 1000)?, PageRequest::first(1000));
/// assert_eq!(PageRequest::from_query(Some("99999999999999999999"), None, 1000)?.limit, 1000);
/// assert!(PageRequest::from_query(Some("-1"), None, 1000).is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRequest {
    /// Only entries that order after this one; from the start when absent.
    pub last: Option<String>,
    /// At most this many entries. Zero is allowed and yields an empty page.
    pub limit: usize,
}

impl PageRequest {
    /// The first `limit` entries.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self { last: None, limit }
    }

    /// At most `limit` entries after `last`.
    #[must_use]
    pub fn after(last: impl Into<String>, limit: usize) -> Self {
        Self { last: Some(last.into()), limit }
    }

    /// What the query parameters `n` and `last` of a listing ask for, of which no page has more than `cap` entries.
    ///
    /// Without `n` it is `cap` entries; a larger `n`, of however many digits, counts as `cap`.
    ///
    /// # Errors
    /// [`Error::InvalidPage`] when `n` is anything but decimal digits.
    pub fn from_query(n: Option<&str>, last: Option<&str>, cap: usize) -> Result<Self> {
        let limit = match n {
            None => cap,
            Some(n) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => {
                n.parse().unwrap_or(cap).min(cap)
            }
            Some(n) => {
                return Err(Error::InvalidPage { input: excerpt(n), reason: "the page size is no number" });
            }
        };
        Ok(Self { last: last.map(Into::into), limit })
    }

    /// The same request for at most `cap` entries.
    #[must_use]
    pub fn clamp(self, cap: usize) -> Self {
        Self { limit: self.limit.min(cap), ..self }
    }
}

/// A part of an ordered listing.
///
/// ```
/// use registry_core::Page;
///
/// // Two are wanted, and one more was looked up.
/// let page = Page::from_lookahead(vec!["a", "b", "c"], 2);
/// assert_eq!(page.items, ["a", "b"]);
/// assert!(page.more);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entries, in order.
    pub items: Vec<T>,
    /// Whether entries follow behind the last one. Never set on an empty page.
    pub more: bool,
}

impl<T> Page<T> {
    /// A page.
    #[must_use]
    pub const fn new(items: Vec<T>, more: bool) -> Self {
        Self { items, more }
    }

    /// A page of at most `limit` entries out of up to `limit + 1` that were looked up to learn whether more follow.
    #[must_use]
    pub fn from_lookahead(mut items: Vec<T>, limit: usize) -> Self {
        let more = limit > 0 && items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }

    /// The same page with every entry turned into another.
    #[must_use]
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), more: self.more }
    }
}
