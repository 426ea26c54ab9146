//! What can be wrong with untrusted input, and how a registry says so on the wire.

mod body;
mod code;

pub use body::{ErrorBody, ErrorEntry};
pub use code::ErrorCode;

/// A result whose error is [`enum@Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a string or a body is not what it claims to be.
///
/// Every variant is the fault of whoever made the input; none is a fault of the registry. The texts quote at most
/// 128 characters of the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A digest does not follow the grammar or the length of its algorithm.
    #[error("invalid digest {input:?}: {reason}")]
    InvalidDigest {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A well-formed digest or a request names an algorithm that this library cannot compute.
    #[error("unsupported digest algorithm {algorithm:?}")]
    UnsupportedAlgorithm {
        /// The algorithm as it was named, cut to 128 characters.
        algorithm: Box<str>,
    },
    /// A repository name does not follow the grammar.
    #[error("invalid repository name {input:?}: {reason}")]
    InvalidName {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A tag does not follow the grammar.
    #[error("invalid tag {input:?}: {reason}")]
    InvalidTag {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An image reference (`host:port/name:tag@digest`) does not follow the grammar.
    #[error("invalid image reference {input:?}: {reason}")]
    InvalidImageReference {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A media type does not follow RFC 6838.
    #[error("invalid media type {input:?}: {reason}")]
    InvalidMediaType {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The name of an actor is empty, too long or holds control characters.
    #[error("invalid actor {input:?}: {reason}")]
    InvalidActor {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A manifest is refused.
    #[error("invalid manifest: {reason}")]
    InvalidManifest {
        /// What is wrong with it, with the place where that is known.
        reason: Box<str>,
    },
    /// A `Range` or `Content-Range` value is malformed.
    #[error("invalid range {input:?}: {reason}")]
    InvalidRange {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A page size or a `Link` value is malformed.
    #[error("invalid page {input:?}: {reason}")]
    InvalidPage {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A point in time is not written as RFC 3339 has it, or lies outside of what can be kept.
    #[error("invalid time {input:?}: {reason}")]
    InvalidTimestamp {
        /// The input, cut to 128 characters.
        input: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A saved hash state cannot be restored: it is damaged or of an unknown version.
    #[error("invalid hasher state: {reason}")]
    InvalidHasherState {
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// At most 128 characters of an untrusted input, for an error text.
pub(crate) fn excerpt(input: &str) -> Box<str> {
    match input.char_indices().nth(128) {
        Some((end, _)) => input[..end].into(),
        None => input.into(),
    }
}
