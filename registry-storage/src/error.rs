//! What can go wrong in a store, by what the caller can do about it.

use std::time::Duration;

/// Any error, boxed: the cause behind an [`enum@Error`], or the failure of a body that was being stored.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A result whose error is [`enum@Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The upload or the location does not exist. Asking again will not help.
    #[error("{what} not found")]
    NotFound {
        /// What was looked for: "upload", "location" or "foreign bytes".
        what: &'static str,
    },
    /// A precondition of a commit does not hold; nothing was changed. Read again, decide again, try again.
    #[error("precondition {index} of the commit does not hold")]
    Conflict {
        /// The place in [`Commit::requires`](crate::metadata::Commit::requires) of the first that does not hold.
        index: usize,
    },
    /// The caller asked for something that makes no sense, such as a range outside the blob.
    #[error("invalid request to the store: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Stored content is not what the metadata says. It must not be served.
    #[error("stored content is damaged: {reason}")]
    Corrupt {
        /// What is wrong with it.
        reason: String,
    },
    /// The stored data has a format that this version does not know, such as that of a newer version.
    #[error("the format of the stored data is not supported: {reason}")]
    Unsupported {
        /// What was found and what is known.
        reason: String,
    },
    /// There is no space left; nothing was changed. Reads go on.
    #[error("no space left in the store")]
    Full {
        /// What the backend said.
        #[source]
        source: BoxError,
    },
    /// The backend cannot be reached or is overloaded. Trying again later may help.
    #[error("the store is unavailable")]
    Unavailable {
        /// How long to wait, where the backend said so.
        retry_after: Option<Duration>,
        /// What the backend said.
        #[source]
        source: BoxError,
    },
    /// Anything else. The text and its sources are for logs, never for clients.
    #[error("the store failed: {context}")]
    Internal {
        /// What was being done.
        context: &'static str,
        /// What the backend said.
        #[source]
        source: BoxError,
    },
}

impl Error {
    /// An [`Error::Internal`] with its cause.
    pub fn internal(context: &'static str, source: impl Into<BoxError>) -> Self {
        Self::Internal { context, source: source.into() }
    }

    /// The error of an operating system call: no space becomes [`Error::Full`], anything else [`Error::Internal`].
    #[must_use]
    pub fn io(context: &'static str, error: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded => Self::Full { source: error.into() },
            _ => Self::Internal { context, source: error.into() },
        }
    }
}
