//! What a caller expects before it changes something.

use registry_core::Digest;

/// What a caller expects of the current value before it is changed (RFC 9110, section 13.1).
///
/// The current value of a tag is the digest it points to. That of a manifest addressed by digest is the digest itself
/// while it is readable. A condition is judged and the change made in one step: whoever comes in between makes it be
/// judged again.
///
/// ```
/// use registry_core::Digest;
/// use registry_engine::Condition;
///
/// let (old, new) = (Digest::sha256_of(b"old"), Digest::sha256_of(b"new"));
/// assert!(Condition::Is(vec![old]).holds(Some(&old)));
/// assert!(!Condition::Is(vec![old]).holds(Some(&new)));
/// assert!(Condition::Absent.holds(None));
/// assert!(Condition::IsNot(vec![old]).holds(None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Condition {
    /// Whatever there is (no precondition).
    #[default]
    Any,
    /// One of these (`If-Match` with a list). An empty list never holds.
    Is(Vec<Digest>),
    /// Something (`If-Match: *`).
    Exists,
    /// Nothing (`If-None-Match: *`).
    Absent,
    /// Nothing, or something other than these (`If-None-Match` with a list).
    IsNot(Vec<Digest>),
}

impl Condition {
    /// Whether the condition holds when this is the current value.
    #[must_use]
    pub fn holds(&self, current: Option<&Digest>) -> bool {
        match self {
            Self::Any => true,
            Self::Is(digests) => current.is_some_and(|digest| digests.contains(digest)),
            Self::Exists => current.is_some(),
            Self::Absent => current.is_none(),
            Self::IsNot(digests) => current.is_none_or(|digest| !digests.contains(digest)),
        }
    }
}
