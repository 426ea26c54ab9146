//! Media types.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::excerpt;
use crate::{Error, Result};

/// A media type without parameters, such as `application/vnd.oci.image.manifest.v1+json` (RFC 6838, section 4.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// An OCI image manifest.
    pub const OCI_MANIFEST: Self = Self::constant("application/vnd.oci.image.manifest.v1+json");
    /// An OCI image index.
    pub const OCI_INDEX: Self = Self::constant("application/vnd.oci.image.index.v1+json");
    /// An OCI image configuration.
    pub const OCI_CONFIG: Self = Self::constant("application/vnd.oci.image.config.v1+json");
    /// The empty JSON object of two bytes.
    pub const OCI_EMPTY: Self = Self::constant("application/vnd.oci.empty.v1+json");
    /// A Docker image manifest, version 2, schema 2.
    pub const DOCKER_MANIFEST: Self = Self::constant("application/vnd.docker.distribution.manifest.v2+json");
    /// A Docker manifest list.
    pub const DOCKER_LIST: Self = Self::constant("application/vnd.docker.distribution.manifest.list.v2+json");

    const fn constant(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The media type of a `Content-Type` value: whatever follows a `;` is dropped (distribution-spec, "Pushing
    /// manifests": parameters should be ignored).
    ///
    /// # Errors
    /// [`Error::InvalidMediaType`] when what is left is no media type.
    pub fn from_content_type(value: &str) -> Result<Self> {
        value.split(';').next().unwrap_or_default().trim_matches([' ', '\t']).parse()
    }

    /// The media type.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MediaType {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidMediaType`] when the text breaks the grammar.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason| Error::InvalidMediaType { input: excerpt(text), reason };
        let (kind, subtype) = text.split_once('/').ok_or_else(|| invalid("there is no slash"))?;
        if is_restricted_name(kind) && is_restricted_name(subtype) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(invalid("type or subtype does not follow the grammar"))
        }
    }
}

/// `restricted-name` of RFC 6838: at most 127 characters, the first a letter or digit.
fn is_restricted_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
    name.len() <= 127
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(allowed)
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
