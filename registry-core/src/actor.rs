//! Who did it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::excerpt;
use crate::{Error, Result};

/// The name of whoever makes a change, as it is written into tag history and events.
///
/// 1 to 255 bytes without control characters. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Actor(Arc<str>);

impl Actor {
    /// Somebody who gave no credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self("anonymous".into())
    }

    /// The registry itself, for what it does on its own account.
    #[must_use]
    pub fn system() -> Self {
        Self("registry".into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Actor {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidActor`] when the name is empty, longer than 255 bytes, or holds control characters.
    fn from_str(name: &str) -> Result<Self> {
        let invalid = |reason| Err(Error::InvalidActor { input: excerpt(name), reason });
        if name.is_empty() {
            return invalid("it is empty");
        }
        if name.len() > 255 {
            return invalid("it is longer than 255 bytes");
        }
        if name.chars().any(char::is_control) {
            return invalid("it holds control characters");
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
