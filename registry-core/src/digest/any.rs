//! Digests as descriptors carry them: of any algorithm that fits the grammar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Algorithm, Digest};
use crate::error::excerpt;
use crate::{Error, Result};

/// A digest that follows the grammar, whether or not this library can compute its algorithm.
///
/// A descriptor may name content by an algorithm that only others know; such a digest passes validation and is kept
/// as it was written (image-spec, "Digests"). Content under it cannot be uploaded here.
///
/// ```
/// use registry_core::AnyDigest;
///
/// let foreign: AnyDigest = "sha384:38b060a751ac96384cd9327eb1b1e36a".parse()?;
/// assert_eq!(foreign.known(), None);
/// assert!("sha256:not hex".parse::<AnyDigest>().is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AnyDigest {
    /// Of an algorithm that can be computed.
    Known(Digest),
    /// Of another algorithm: the whole text.
    Unknown(Box<str>),
}

impl AnyDigest {
    /// The digest when its algorithm can be computed.
    #[must_use]
    pub const fn known(&self) -> Option<&Digest> {
        match self {
            Self::Known(digest) => Some(digest),
            Self::Unknown(_) => None,
        }
    }
}

impl From<Digest> for AnyDigest {
    fn from(digest: Digest) -> Self {
        Self::Known(digest)
    }
}

impl FromStr for AnyDigest {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidDigest`] for anything that breaks the grammar, or the length or alphabet of a known algorithm.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason| Error::InvalidDigest { input: excerpt(text), reason };
        let (name, encoded) = text.split_once(':').ok_or_else(|| invalid("there is no colon"))?;
        if let Ok(algorithm) = name.parse::<Algorithm>() {
            return known(algorithm, encoded).map(Self::Known).map_err(invalid);
        }
        if text.len() > MAX_LEN {
            return Err(invalid("it is longer than 512 characters"));
        }
        if !is_algorithm(name) {
            return Err(invalid("the algorithm does not follow the grammar"));
        }
        if encoded.is_empty() || !encoded.bytes().all(is_encoded) {
            return Err(invalid("the encoded part does not follow the grammar"));
        }
        Ok(Self::Unknown(text.into()))
    }
}

/// Far above what any algorithm needs; keeps absurd strings out of the metadata.
const MAX_LEN: usize = 512;

fn known(algorithm: Algorithm, encoded: &str) -> Result<Digest, &'static str> {
    if encoded.len() != algorithm.len() * 2 {
        return Err("the encoded part has not the algorithm's length");
    }
    let mut bytes = [0; 64];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(encoded.as_bytes().as_chunks::<2>().0) {
        let [high, low] = pair.map(|character| NIBBLES[usize::from(character)]);
        seen |= high | low;
        *byte = high << 4 | (low & 15);
    }
    if seen > 15 {
        return Err("the encoded part is not lower-case hex");
    }
    Digest::from_bytes(algorithm, &bytes[..algorithm.len()]).map_err(|_| "wrong length")
}

/// What each character stands for in lower-case hex; 255 where it is none. A table and one test at the end are several
/// times faster than a test per character, and a manifest names many digests.
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        table[super::HEX[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// `algorithm-component *( [+._-] algorithm-component )`, each component `[a-z0-9]+`.
fn is_algorithm(name: &str) -> bool {
    name.split(['+', '.', '_', '-']).all(|component| {
        !component.is_empty() && component.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// `[a-zA-Z0-9=_-]`.
fn is_encoded(character: u8) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, b'=' | b'_' | b'-')
}

impl fmt::Display for AnyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(digest) => fmt::Display::fmt(digest, f),
            Self::Unknown(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for AnyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for AnyDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AnyDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
