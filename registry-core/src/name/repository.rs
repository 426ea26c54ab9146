//! Repository names.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::excerpt;
use crate::{Error, Result};

/// The name of a repository: path components joined by `/`, such as `library/busybox`.
///
/// A component is runs of `[a-z0-9]` joined by one `.`, one `_`, two `_`, or any number of `-` (distribution-spec,
/// "Pulling manifests"). At most 255 bytes. Names order by bytes, and cloning is cheap.
///
/// ```
/// use registry_core::RepositoryName;
///
/// assert!("a/b__c/d.e-f".parse::<RepositoryName>().is_ok());
/// assert!("a/b..c".parse::<RepositoryName>().is_err());
/// assert!("A/b".parse::<RepositoryName>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RepositoryName(Arc<str>);

impl RepositoryName {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 255;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepositoryName {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidName`] when the text breaks the grammar or is too long.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason| Error::InvalidName { input: excerpt(text), reason };
        if text.is_empty() {
            return Err(invalid("it is empty"));
        }
        if text.len() > Self::MAX_LEN {
            return Err(invalid("it is longer than 255 bytes"));
        }
        text.split('/').try_for_each(component).map_err(invalid)?;
        Ok(Self(text.into()))
    }
}

/// `[a-z0-9]+ ((\.|_|__|-+) [a-z0-9]+)*`
fn component(text: &str) -> Result<(), &'static str> {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut rest = text.as_bytes();
    loop {
        let run = rest.iter().take_while(|b| alphanumeric(**b)).count();
        if run == 0 {
            return Err("a component must begin and end with a lower-case letter or digit");
        }
        rest = &rest[run..];
        if rest.is_empty() {
            return Ok(());
        }
        rest = match rest {
            [b'_', b'_', rest @ ..] | [b'.' | b'_', rest @ ..] => rest,
            [b'-', ..] => &rest[rest.iter().take_while(|b| **b == b'-').count()..],
            _ => return Err("only lower-case letters, digits and the separators . _ __ - are allowed"),
        };
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for RepositoryName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RepositoryName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
