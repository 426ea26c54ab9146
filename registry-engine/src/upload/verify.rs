//! The one place where content is held against the digest it was announced with.

use registry_core::Digest;

use crate::{Error, Result};

/// Refuses content whose digest is not the announced one.
///
/// Nothing becomes visible under a digest that did not pass here.
///
/// # Errors
/// [`Error::DigestMismatch`].
pub(crate) fn verify(expected: &Digest, actual: Digest) -> Result<()> {
    if *expected == actual { Ok(()) } else { Err(Error::DigestMismatch { expected: *expected, actual }) }
}
