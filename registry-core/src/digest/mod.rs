//! Content digests: what they are called and how they are written.

mod algorithm;
mod any;
mod hasher;

use std::fmt;
use std::str::FromStr;

pub use algorithm::Algorithm;
pub use any::AnyDigest;
pub use hasher::Hasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

use crate::error::excerpt;
use crate::{Error, Result};

/// The digest of some content under an algorithm this library can compute.
///
/// `Copy`, at most 65 bytes, ordered as its text is. The text is `algorithm:hex` in lower case and of exactly the
/// algorithm's length; nothing else parses (image-spec, "Digests").
///
/// ```text
/// sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
/// └─┬──┘ └──────────────────────────────┬───────────────────────────────┘
/// algorithm          encoded: 64 hex digits (sha512: 128, blake3: 64)
/// ```
///
/// ```
/// use registry_core::{Algorithm, Digest};
///
/// let digest = Digest::of(Algorithm::Sha256, b"");
/// assert_eq!(digest.to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// assert_eq!(digest.to_string().parse::<Digest>()?, digest);
/// assert!(digest.to_string().to_uppercase().parse::<Digest>().is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Value);

/// In the order of the algorithms' names, so that digests sort as their texts do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Blake3([u8; 32]),
    Sha256([u8; 32]),
    Sha512([u8; 64]),
}

impl Digest {
    /// The digest of these bytes.
    ///
    /// For content that comes in pieces there is [`Hasher`].
    #[must_use]
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        match algorithm {
            Algorithm::Blake3 => Self::from_blake3(blake3::hash(bytes).into()),
            Algorithm::Sha256 => Self::sha256_of(bytes),
            Algorithm::Sha512 => Self::from_sha512(sha2::Sha512::digest(bytes).into()),
        }
    }

    /// The SHA-256 digest of these bytes.
    #[must_use]
    pub fn sha256_of(bytes: &[u8]) -> Self {
        let mut state = hasher::Sha256::default();
        state.update(bytes);
        Self::from_sha256(state.finish())
    }

    /// The BLAKE3 digest with these bytes.
    #[must_use]
    pub const fn from_blake3(bytes: [u8; 32]) -> Self {
        Self(Value::Blake3(bytes))
    }

    /// The SHA-256 digest with these bytes.
    #[must_use]
    pub const fn from_sha256(bytes: [u8; 32]) -> Self {
        Self(Value::Sha256(bytes))
    }

    /// The SHA-512 digest with these bytes.
    #[must_use]
    pub const fn from_sha512(bytes: [u8; 64]) -> Self {
        Self(Value::Sha512(bytes))
    }

    /// The digest whose raw bytes these are.
    ///
    /// # Errors
    /// [`Error::InvalidDigest`] when the number of bytes is not the algorithm's.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self> {
        let value = match algorithm {
            Algorithm::Blake3 => bytes.try_into().map(Value::Blake3),
            Algorithm::Sha256 => bytes.try_into().map(Value::Sha256),
            Algorithm::Sha512 => bytes.try_into().map(Value::Sha512),
        };
        value.map(Self).map_err(|_| Error::InvalidDigest {
            input: algorithm.as_str().into(),
            reason: "the number of bytes is not the algorithm's",
        })
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Value::Blake3(_) => Algorithm::Blake3,
            Value::Sha256(_) => Algorithm::Sha256,
            Value::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// The raw bytes: 32 for SHA-256 and BLAKE3, 64 for SHA-512.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Value::Blake3(bytes) | Value::Sha256(bytes) => bytes,
            Value::Sha512(bytes) => bytes,
        }
    }

    /// The part of the text behind the colon: lower-case hex.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut buffer = [0; MAX_TEXT_LEN];
        self.write_text(&mut buffer)[self.algorithm().as_str().len() + 1..].to_owned()
    }

    /// Writes the text into the buffer.
    fn write_text<'a>(&self, buffer: &'a mut [u8; MAX_TEXT_LEN]) -> &'a str {
        let name = self.algorithm().as_str().as_bytes();
        buffer[..name.len()].copy_from_slice(name);
        buffer[name.len()] = b':';
        let start = name.len() + 1;
        let (pairs, _) = buffer[start..].as_chunks_mut();
        for (pair, byte) in pairs.iter_mut().zip(self.as_bytes()) {
            *pair = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        }
        // Only ASCII was written.
        str::from_utf8(&buffer[..start + self.as_bytes().len() * 2]).unwrap_or_default()
    }
}

/// The longest text: `sha512:` and 128 hex digits.
const MAX_TEXT_LEN: usize = 7 + 128;

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; MAX_TEXT_LEN];
        f.pad(self.write_text(&mut buffer))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidDigest`] for anything that breaks the grammar, [`Error::UnsupportedAlgorithm`] for a
    /// well-formed digest of an algorithm this library cannot compute.
    fn from_str(text: &str) -> Result<Self> {
        match text.parse::<AnyDigest>()? {
            AnyDigest::Known(digest) => Ok(digest),
            AnyDigest::Unknown(text) => {
                let algorithm = text.split(':').next().unwrap_or_default();
                Err(Error::UnsupportedAlgorithm { algorithm: excerpt(algorithm) })
            }
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
