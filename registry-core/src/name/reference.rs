//! How a request names a manifest.

use std::fmt;
use std::str::FromStr;

use super::Tag;
use crate::{Digest, Error, Result};

/// A tag or a digest, and nothing else: a colon decides (distribution-spec, "Pulling manifests").
///
/// ```
/// use registry_core::Reference;
///
/// assert!(matches!("sha256".parse(), Ok(Reference::Tag(_))));
/// assert!("sha256:abc".parse::<Reference>().is_err(), "a colon makes it a digest, and this is none");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Reference {
    /// By tag.
    Tag(Tag),
    /// By digest.
    Digest(Digest),
}

impl FromStr for Reference {
    type Err = Error;

    /// # Errors
    /// With a colon, the errors of [`Digest`]; without one, [`Error::InvalidTag`].
    fn from_str(text: &str) -> Result<Self> {
        if text.contains(':') { text.parse().map(Self::Digest) } else { text.parse().map(Self::Tag) }
    }
}

impl From<Tag> for Reference {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl From<Digest> for Reference {
    fn from(digest: Digest) -> Self {
        Self::Digest(digest)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}
