//! Tags.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::excerpt;
use crate::{AnyDigest, Error, Result};

/// A tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}` (distribution-spec, "Pulling manifests").
///
/// Tags order by bytes, and cloning is cheap.
///
/// ```
/// use registry_core::Tag;
///
/// let tag: Tag = "1.36".parse()?;
/// assert_eq!(tag.as_str(), "1.36");
/// assert!(".hidden".parse::<Tag>().is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Tag(Arc<str>);

impl Tag {
    /// The longest tag, in bytes.
    pub const MAX_LEN: usize = 128;

    /// The tag under which clients keep the referrers of a manifest where a registry does not list them
    /// (distribution-spec, "Referrers Tag Schema"): the algorithm, cut to 32 characters, a dash, and the encoded part,
    /// cut to 64; what a tag may not hold becomes a dash.
    ///
    /// ```
    /// use registry_core::{AnyDigest, Tag};
    ///
    /// let digest: AnyDigest = "test+algorithm+using+algorithm+separators+and+lots+of+characters:a=b".parse()?;
    /// assert_eq!(Tag::of_referrers(&digest).as_str(), "test-algorithm-using-algorithm-s-a-b");
    /// # Ok::<(), registry_core::Error>(())
    /// ```
    #[must_use]
    pub fn of_referrers(digest: &AnyDigest) -> Self {
        let text = digest.to_string();
        let (algorithm, encoded) = text.split_once(':').unwrap_or_default();
        let cut = |text: &str, len: usize| -> String {
            text.chars().take(len).map(|c| if matches!(c, '+' | '=') { '-' } else { c }).collect()
        };
        Self(format!("{}-{}", cut(algorithm, 32), cut(encoded, 64)).into())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidTag`] when the text breaks the grammar.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason| Err(Error::InvalidTag { input: excerpt(text), reason });
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let Some((first, rest)) = text.as_bytes().split_first() else {
            return invalid("it is empty");
        };
        if text.len() > Self::MAX_LEN {
            return invalid("it is longer than 128 bytes");
        }
        if !word(*first) {
            return invalid("it must begin with a letter, a digit or _");
        }
        if !rest.iter().all(|b| word(*b) || matches!(b, b'.' | b'-')) {
            return invalid("only letters, digits and . _ - are allowed");
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Tag {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
