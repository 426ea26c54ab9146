//! The error codes of the distribution specification.

use serde::{Deserialize, Serialize};

/// A code of the distribution specification ("Error Codes"), or one of the two older ones that clients know and that
/// only 5xx responses carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(clippy::exhaustive_enums)]
pub enum ErrorCode {
    /// The blob is unknown to this repository.
    BlobUnknown,
    /// The upload cannot go on.
    BlobUploadInvalid,
    /// The upload session is unknown to this repository.
    BlobUploadUnknown,
    /// The digest is malformed, or is not the digest of the content.
    DigestInvalid,
    /// A manifest names a manifest or blob that is unknown to this repository.
    ManifestBlobUnknown,
    /// The manifest is malformed.
    ManifestInvalid,
    /// The manifest is unknown to this repository.
    ManifestUnknown,
    /// The repository name is malformed.
    NameInvalid,
    /// The repository is unknown.
    NameUnknown,
    /// The length of the content is not what was said.
    SizeInvalid,
    /// Credentials are missing or wrong.
    Unauthorized,
    /// The caller is known and may not do this.
    Denied,
    /// The operation is not supported.
    Unsupported,
    /// Too many requests.
    #[serde(rename = "TOOMANYREQUESTS")]
    TooManyRequests,
    /// Something failed that is no fault of the caller. Not of the specification: only on 5xx.
    Unknown,
    /// The registry cannot serve this now. Not of the specification: only on 5xx.
    Unavailable,
}

impl ErrorCode {
    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Denied => "DENIED",
            Self::Unsupported => "UNSUPPORTED",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::Unknown => "UNKNOWN",
            Self::Unavailable => "UNAVAILABLE",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
