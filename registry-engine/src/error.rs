//! What can go wrong, by what the caller can do about it.

use std::time::Duration;

use registry_core::{AnyDigest, Digest, ErrorCode, Reference, Tag};
use registry_storage::BoxError;
use registry_storage::metadata::UploadId;

use crate::UploadStatus;

/// A result whose error is [`enum@Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the registry did not do what was asked. Nothing has changed unless the variant says otherwise.
///
/// The texts never hold paths or secrets; the sources may, and are for logs only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The repository does not exist.
    #[error("the repository is unknown")]
    RepositoryUnknown,
    /// The blob is not readable in the repository.
    #[error("blob {digest} is unknown to the repository")]
    BlobUnknown {
        /// Which blob.
        digest: Digest,
    },
    /// The manifest is not readable in the repository, or the tag does not exist.
    #[error("manifest {reference} is unknown to the repository")]
    ManifestUnknown {
        /// What was asked for.
        reference: Reference,
    },
    /// The upload session does not exist, or belongs to another repository.
    #[error("upload {id} is unknown to the repository")]
    UploadUnknown {
        /// Which session.
        id: UploadId,
    },
    /// The tag never pointed to this digest.
    #[error("tag {tag} never pointed to {digest}")]
    HistoryUnknown {
        /// Which tag.
        tag: Tag,
        /// Which digest.
        digest: Digest,
    },
    /// The tag pointed to nothing at that point of its history, or has no such point.
    #[error("tag {tag} pointed to nothing then")]
    NothingThen {
        /// Which tag.
        tag: Tag,
    },
    /// A manifest names content that is absent. Push it and try again.
    #[error("{} contents that the manifest names are unknown to the repository", digests.len())]
    MissingContent {
        /// What is absent, in the order of the manifest, each once.
        digests: Vec<AnyDigest>,
    },
    /// The manifest is malformed, or disagrees with what is stored.
    #[error("the manifest is invalid")]
    InvalidManifest(#[source] registry_core::Error),
    /// Some other input is malformed.
    #[error("the input is invalid")]
    InvalidInput(#[source] registry_core::Error),
    /// The content does not have the digest that was said. An upload stays at its former offset, unless its bytes had
    /// to be read back for an algorithm that it was not started with: then it is ended.
    #[error("the digest of the content is {actual} and not {expected}")]
    DigestMismatch {
        /// What was said.
        expected: Digest,
        /// What it is.
        actual: Digest,
    },
    /// The body does not have the length that was said.
    #[error("the body has {actual} bytes, {expected} were announced")]
    SizeMismatch {
        /// What was said.
        expected: u64,
        /// How many bytes came; more may have followed when it is larger than what was said.
        actual: u64,
    },
    /// The chunk does not begin where the upload ends.
    #[error("the chunk does not begin at byte {}", status.offset)]
    OutOfOrder {
        /// Where the upload stands.
        status: UploadStatus,
    },
    /// The manifest is larger than what is taken.
    #[error("the manifest is larger than {limit} bytes")]
    TooLarge {
        /// How many bytes are taken.
        limit: u64,
    },
    /// A put names more tags than are taken at once.
    #[error("more than {limit} tags in one put")]
    TooManyTags {
        /// How many tags are taken.
        limit: usize,
    },
    /// The current value is not what the caller expects.
    #[error("the current value is not the expected one")]
    ConditionFailed {
        /// The current value; absent when there is none.
        current: Option<Digest>,
    },
    /// The content is used by a manifest of the repository. Delete that one first.
    #[error("{digest} is in use by a manifest of the repository")]
    InUse {
        /// Which content.
        digest: Digest,
    },
    /// The operation is not offered.
    #[error("{what} is not supported")]
    Unsupported {
        /// Which operation.
        what: &'static str,
    },
    /// Another request is using the upload session. Ask for the status and go on from there.
    #[error("the upload is in use by another request")]
    Busy,
    /// As many upload sessions are open as there may be. Finish or cancel some, or wait until they expire.
    #[error("{limit} upload sessions are open {}, no more are taken", if *in_repository { "in the repository" } else { "in the registry" })]
    TooManyUploads {
        /// How many there may be.
        limit: u64,
        /// Whether that is for the repository or for all of them together.
        in_repository: bool,
    },
    /// The sender of the body went away. What was received of a chunk is kept; the status of the upload tells how much.
    #[error("the body ended early")]
    Interrupted {
        /// What the sender's side said.
        #[source]
        source: BoxError,
    },
    /// There is no space left. Reads go on.
    #[error("no space is left")]
    Full {
        /// What the store said.
        #[source]
        source: BoxError,
    },
    /// A store cannot be reached, or too many changes meet in one place. Trying again later may help; whether
    /// the change was made is unknown.
    #[error("the registry is unavailable")]
    Unavailable {
        /// How long to wait, where the store said so.
        retry_after: Option<Duration>,
        /// What the store said.
        #[source]
        source: BoxError,
    },
    /// The stored bytes are missing or damaged. They are not served; pushing them again heals them.
    #[error("the stored bytes of {digest} are missing or damaged")]
    Corrupt {
        /// Which content.
        digest: Digest,
        /// What the store said.
        #[source]
        source: BoxError,
    },
    /// Two registries that should be the same are not.
    #[error("the registries differ in {what}")]
    Diverged {
        /// In what: an event of the log, a tag, a repository.
        what: String,
    },
    /// Anything else; whether the change was made is unknown.
    #[error("the registry failed: {context}")]
    Internal {
        /// What was being done.
        context: &'static str,
        /// What the store said.
        #[source]
        source: BoxError,
    },
}

impl Error {
    /// The code that the distribution specification has for it; [`ErrorCode::Unknown`] and
    /// [`ErrorCode::Unavailable`] for what is no fault of the caller.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::RepositoryUnknown => ErrorCode::NameUnknown,
            Self::BlobUnknown { .. } | Self::Corrupt { .. } => ErrorCode::BlobUnknown,
            Self::ManifestUnknown { .. } | Self::HistoryUnknown { .. } | Self::NothingThen { .. } => {
                ErrorCode::ManifestUnknown
            }
            Self::UploadUnknown { .. } => ErrorCode::BlobUploadUnknown,
            Self::MissingContent { .. } => ErrorCode::ManifestBlobUnknown,
            Self::InvalidManifest(_)
            | Self::TooLarge { .. }
            | Self::TooManyTags { .. }
            | Self::ConditionFailed { .. } => ErrorCode::ManifestInvalid,
            Self::InvalidInput(error) => input_code(error),
            Self::DigestMismatch { .. } => ErrorCode::DigestInvalid,
            Self::SizeMismatch { .. } => ErrorCode::SizeInvalid,
            Self::OutOfOrder { .. } | Self::Busy | Self::Interrupted { .. } => ErrorCode::BlobUploadInvalid,
            Self::InUse { .. } | Self::Unsupported { .. } => ErrorCode::Unsupported,
            Self::TooManyUploads { .. } => ErrorCode::TooManyRequests,
            Self::Full { .. } | Self::Unavailable { .. } => ErrorCode::Unavailable,
            Self::Diverged { .. } | Self::Internal { .. } => ErrorCode::Unknown,
        }
    }

    /// What stands for a change that met others too often to be made.
    pub(crate) fn contended() -> Self {
        Self::Unavailable { retry_after: None, source: "too many changes meet in one place".into() }
    }

    /// What a failed read of a blob's bytes means: content that is gone or of the wrong size is damage.
    pub(crate) fn reading(digest: Digest, error: registry_storage::Error) -> Self {
        use registry_storage::Error as Storage;
        match error {
            Storage::NotFound { .. } | Storage::Corrupt { .. } => {
                Self::Corrupt { digest, source: error.into() }
            }
            error => error.into(),
        }
    }
}

const fn input_code(error: &registry_core::Error) -> ErrorCode {
    use registry_core::Error as Core;
    match error {
        Core::InvalidDigest { .. } => ErrorCode::DigestInvalid,
        Core::InvalidName { .. } => ErrorCode::NameInvalid,
        Core::InvalidManifest { .. } | Core::InvalidTag { .. } | Core::InvalidMediaType { .. } => {
            ErrorCode::ManifestInvalid
        }
        Core::InvalidRange { .. } => ErrorCode::BlobUploadInvalid,
        _ => ErrorCode::Unsupported,
    }
}

/// For whatever a caller within the engine does not look at more closely.
impl From<registry_storage::Error> for Error {
    fn from(error: registry_storage::Error) -> Self {
        use registry_storage::Error as Storage;
        match error {
            Storage::Full { source } => Self::Full { source },
            Storage::Unavailable { retry_after, source } => Self::Unavailable { retry_after, source },
            Storage::Internal { context, source } => Self::Internal { context, source },
            error => Self::Internal { context: "use a store", source: error.into() },
        }
    }
}
