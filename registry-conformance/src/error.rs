//! Why a suite could not be run.

/// Why the checks could not be run at all. What a check finds is no error but part of the [`Report`](crate::Report).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none.
    #[error("invalid address {input}: {reason}")]
    Url {
        /// What was given.
        input: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A name and password cannot be sent.
    #[error("invalid credentials: {reason}")]
    Credentials {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// A certificate cannot be taken as a root.
    #[error("invalid certificate: {reason}")]
    Certificate {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// TLS cannot be spoken.
    #[error("no TLS: {reason}")]
    Tls {
        /// What is missing.
        reason: String,
    },
    /// Nothing answers there.
    #[error("the registry cannot be reached: {reason}")]
    Unreachable {
        /// What happened instead.
        reason: String,
    },
    /// No check has an id that begins so.
    #[error("no check is called {input}")]
    NoSuchCheck {
        /// What was given.
        input: String,
    },
}

/// The result of a run.
pub type Result<T> = std::result::Result<T, Error>;
