//! Upload sessions as data.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use registry_core::{RepositoryName, Timestamp};

use crate::blob::UploadToken;
use crate::{Error, Result};

/// The name of an upload session: 32 lower-case hex digits of 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(u128);

impl UploadId {
    /// A new name that nobody can guess.
    ///
    /// # Errors
    /// [`Error::Internal`] when the operating system has no random numbers to give.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|e| Error::internal("draw a random upload id", e.to_string()))?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }

    /// The 16 bytes, which order as the texts do.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The name that has these 16 bytes.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl FromStr for UploadId {
    type Err = Error;

    /// # Errors
    /// [`Error::Invalid`] for anything but 32 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 32 || !text.bytes().all(digit) {
            return Err(Error::Invalid { reason: "an upload id is 32 lower-case hex digits" });
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| Error::Invalid { reason: "not an upload id" })
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Everything that is needed to go on with an upload, in any process, without reading its bytes back.
///
/// One record per session, overwritten as the upload goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadRecord {
    /// The session.
    pub id: UploadId,
    /// The only repository in which the session may be used.
    pub repository: RepositoryName,
    /// What the blob store wants to know.
    pub token: UploadToken,
    /// How many bytes were kept.
    pub offset: u64,
    /// The saved state of the hasher over those bytes.
    pub hash_state: Bytes,
    /// When the session was begun.
    pub started: Timestamp,
    /// When it last went on.
    pub updated: Timestamp,
    /// Counted up by the store at every write, from 1. What a caller puts here is not looked at.
    pub version: u64,
}

impl UploadRecord {
    /// The record of a session that has no bytes yet.
    #[must_use]
    pub const fn new(
        id: UploadId,
        repository: RepositoryName,
        token: UploadToken,
        hash_state: Bytes,
        now: Timestamp,
    ) -> Self {
        Self { id, repository, token, offset: 0, hash_state, started: now, updated: now, version: 0 }
    }
}
