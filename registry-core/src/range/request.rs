//! The `Range` header of a download.

use super::{ByteRange, digits};

/// What a `Range` header asks for (RFC 9110, section 14.2).
///
/// ```
/// use registry_core::{ByteRange, RangeRequest};
///
/// let last_500 = RangeRequest::resolve(Some("bytes=-500"), 2048);
/// assert_eq!(last_500, RangeRequest::Ranges(vec![ByteRange::new(1548, 2047).unwrap()]));
/// assert_eq!(RangeRequest::resolve(Some("bytes=2048-"), 2048), RangeRequest::Unsatisfiable);
/// assert_eq!(RangeRequest::resolve(Some("lines=1-2"), 2048), RangeRequest::Whole);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RangeRequest {
    /// The whole content: 200.
    Whole,
    /// These parts of it, in the order asked for: 206. There is at least one, and each lies within the content.
    Ranges(Vec<ByteRange>),
    /// Nothing that is there: 416.
    Unsatisfiable,
}

impl RangeRequest {
    /// The most ranges that one request may ask for. With more, the header is ignored.
    pub const MAX_RANGES: usize = 100;

    /// What the value of a `Range` header means for a content of `size` bytes.
    ///
    /// - No header, a unit other than bytes, or a malformed value: the whole content, as if there were no header.
    /// - A range that begins behind the end, or that ends before it begins (`500-0`), cannot be satisfied; among
    ///   several ranges such a one is left out.
    /// - A range that ends behind the end is cut; a suffix longer than the content is the whole content.
    /// - Several ranges keep their order and are not merged. More than [`Self::MAX_RANGES`], or ranges that overlap so
    ///   much that together they are more than twice the content, are an attack or a mistake: the whole content.
    /// - No range of an empty content can be satisfied.
    #[must_use]
    pub fn resolve(header: Option<&str>, size: u64) -> Self {
        header.and_then(|value| resolve(value, size)).unwrap_or(Self::Whole)
    }

    /// The value of `Content-Range` in a 416 response about a content of `size` bytes (RFC 9110, section 14.4).
    #[must_use]
    pub fn unsatisfied_content_range(size: u64) -> String {
        format!("bytes */{size}")
    }
}

/// `None` when the header is to be ignored.
fn resolve(value: &str, size: u64) -> Option<RangeRequest> {
    let (unit, set) = value.split_once('=')?;
    if !unit.trim_matches(BLANK).eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = Vec::new();
    let mut asked = 0;
    // Empty elements of a list are to be skipped (RFC 9110, section 5.6.1.2).
    for spec in set.split(',').map(|spec| spec.trim_matches(BLANK)).filter(|spec| !spec.is_empty()) {
        asked += 1;
        if asked > RangeRequest::MAX_RANGES {
            return None;
        }
        ranges.extend(resolve_one(spec, size)?);
    }
    let total: u128 = ranges.iter().map(|range| u128::from(range.len())).sum();
    match (asked, ranges.is_empty()) {
        (0, _) => None,
        (_, true) => Some(RangeRequest::Unsatisfiable),
        _ if total > 2 * u128::from(size) => None,
        _ => Some(RangeRequest::Ranges(ranges)),
    }
}

/// The outer `None` for what is malformed, the inner one for what cannot be satisfied.
fn resolve_one(spec: &str, size: u64) -> Option<Option<ByteRange>> {
    let (first, last) = spec.split_once('-')?;
    let end = size.saturating_sub(1);
    let (first, last) = match (first, last) {
        ("", suffix) => (size.saturating_sub(digits(suffix)?), end),
        (first, "") => (digits(first)?, end),
        (first, last) => (digits(first)?, digits(last)?.min(end)),
    };
    Some(ByteRange::new(first, last).filter(|_| size > 0))
}

/// Optional white space (RFC 9110, section 5.6.3).
const BLANK: [char; 2] = [' ', '\t'];
