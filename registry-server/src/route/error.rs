//! Why a request means no endpoint.

/// Why a method, path and query are no [`Route`](super::Route).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// No endpoint has such a path.
    #[error("no such endpoint")]
    NotFound,
    /// The path is an endpoint's, but not with this method.
    #[error("the method is not allowed here")]
    MethodNotAllowed {
        /// The value of `Allow`: the methods that are.
        allow: &'static str,
    },
    /// The repository name is malformed or too long.
    #[error("invalid repository name")]
    Name {
        /// What the request wanted.
        intent: Intent,
        /// What is wrong with the name.
        source: registry_core::Error,
    },
    /// The tag, or what stands in a tag's place, is malformed.
    #[error("invalid tag")]
    Tag {
        /// What the request wanted.
        intent: Intent,
        /// What is wrong with the tag.
        source: registry_core::Error,
    },
    /// The digest is malformed.
    #[error("invalid digest")]
    Digest {
        /// What is wrong with the digest.
        source: registry_core::Error,
    },
    /// The digest is missing where one is needed.
    #[error("the parameter digest is missing")]
    DigestMissing,
    /// Nothing can be written under a digest of this algorithm.
    #[error("unsupported digest algorithm")]
    Algorithm {
        /// Which algorithm it is.
        source: registry_core::Error,
    },
    /// A blob is wanted by a digest whose algorithm is unknown here, so there is none.
    #[error("no blob has a digest of this algorithm")]
    BlobUnknown,
    /// A manifest is wanted by a digest whose algorithm is unknown here, so there is none.
    #[error("no manifest has a digest of this algorithm")]
    ManifestUnknown,
    /// What stands in the place of an upload's id is none.
    #[error("no such upload")]
    UploadUnknown,
    /// `tag` parameters beside a tag in the path.
    #[error("tag parameters need a digest in the path")]
    TagsBesideTag,
    /// A query parameter is malformed, or given twice with different values.
    #[error("invalid parameter {name}: {reason}")]
    Parameter {
        /// Which one.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// What a request wants to do with something whose name is malformed: what cannot exist is simply not there for
/// somebody who reads, and is an error of somebody who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Intent {
    /// `GET`, `HEAD` or `DELETE`.
    Find,
    /// `POST`, `PUT` or `PATCH`.
    Write,
}
