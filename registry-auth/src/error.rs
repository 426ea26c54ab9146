//! Why a request is not let through.

use std::time::Duration;

/// Any error, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A result whose error is [`enum@Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is not let through, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Credentials are missing, wrong or expired. Ask again with credentials that answer the challenge.
    #[error("authentication required")]
    Unauthenticated {
        /// The value of `WWW-Authenticate` to send (RFC 9110, section 11.6.1).
        challenge: String,
    },
    /// Whoever asks is known and may not do this, and no other credentials of theirs would help.
    #[error("access denied")]
    Denied,
    /// Whoever decides cannot be reached. Trying again later may help.
    #[error("authorization is unavailable")]
    Unavailable {
        /// How long to wait, where that is known.
        retry_after: Option<Duration>,
        /// The cause; for logs, never for clients.
        #[source]
        source: BoxError,
    },
}
