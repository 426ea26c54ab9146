//! Connections over TLS, by the provider of cryptography that the program chose.

#[cfg(feature = "postgres-tls")]
mod binding;
mod mode;
#[cfg(feature = "postgres-tls")]
mod rustls;
#[cfg(feature = "postgres-tls")]
mod stream;
#[cfg(feature = "postgres-tls")]
mod verify;

pub(super) use mode::Mode;
#[cfg(feature = "postgres-tls")]
pub(super) use stream::Tls;
#[cfg(not(feature = "postgres-tls"))]
pub(super) use tokio_postgres::NoTls as Tls;

use super::PostgresOptions;
use crate::Result;

/// What encrypts connections; nothing where none is to be.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for certificates that are none, and
/// [`Error::Unsupported`](crate::Error::Unsupported) where encryption is asked for and cannot be had.
#[cfg(feature = "postgres-tls")]
pub(super) fn new(options: &PostgresOptions, mode: Mode) -> Result<Tls> {
    if mode == Mode::Disable {
        return Ok(Tls::none(&"encryption is turned off by sslmode=disable"));
    }
    match self::rustls::connector(options, mode) {
        Ok(connector) => Ok(Tls::new(connector)),
        // The server may never offer it.
        Err(error @ crate::Error::Unsupported { .. }) if !mode.must_encrypt() => Ok(Tls::none(&error)),
        Err(error) => Err(error),
    }
}

/// What encrypts connections: nothing.
///
/// # Errors
/// [`Error::Unsupported`](crate::Error::Unsupported) where encryption is asked for.
#[cfg(not(feature = "postgres-tls"))]
pub(super) fn new(_: &PostgresOptions, mode: Mode) -> Result<Tls> {
    if mode.must_encrypt() {
        let reason = "this program was built without TLS for PostgreSQL".to_owned();
        return Err(crate::Error::Unsupported { reason });
    }
    Ok(tokio_postgres::NoTls)
}

/// Whether the certificate of the server was not taken; it will not be next time.
#[cfg(feature = "postgres-tls")]
pub(super) fn is_refused(error: &tokio_postgres::Error) -> bool {
    verify::refusal(error).is_some()
}

/// Whether the certificate of the server was not taken.
#[cfg(not(feature = "postgres-tls"))]
pub(super) const fn is_refused(_: &tokio_postgres::Error) -> bool {
    false
}

/// Why the certificate of the server was not taken, in plain words, if that is what went wrong.
#[cfg(feature = "postgres-tls")]
pub(super) fn refusal(error: &tokio_postgres::Error) -> Option<String> {
    verify::refusal(error)
}

/// Why the certificate of the server was not taken.
#[cfg(not(feature = "postgres-tls"))]
pub(super) const fn refusal(_: &tokio_postgres::Error) -> Option<String> {
    None
}
