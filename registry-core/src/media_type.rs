//! Media types.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::excerpt;
use crate::{Error, Result};

/// A media type, such as `application/vnd.oci.image.manifest.v1+json` (RFC 6838, section 4.2).
///
/// Descriptors name types with parameters now and then (`application/vnd.dev.sigstore.bundle+json;version=0.2`); such
/// a text is kept as it is. Compared is the text: two types are equal when they are written in the same way.
///
/// ```
/// use registry_core::MediaType;
///
/// let sent = MediaType::from_content_type("application/vnd.oci.image.index.v1+json; charset=utf-8")?;
/// assert_eq!(sent, MediaType::OCI_INDEX);
/// assert!("no slash".parse::<MediaType>().is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MediaType(Cow<'static, str>);

/// The constants, and the table of them that lets a parsed type share their text.
macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl MediaType {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($text));)*
        }

        const CONSTANTS: &[&str] = &[$($text),*];
    };
}

constants! {
    /// An OCI image manifest.
    OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    /// An OCI image index.
    OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    /// An OCI image configuration.
    OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    /// The empty JSON object of two bytes.
    OCI_EMPTY = "application/vnd.oci.empty.v1+json";
    /// An OCI layer: a plain tar archive.
    OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    /// An OCI layer: a tar archive compressed with gzip.
    OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// An OCI layer: a tar archive compressed with zstd.
    OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// A Docker image manifest, version 2, schema 2.
    DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    /// A Docker manifest list.
    DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// A Docker image configuration.
    DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    /// A Docker layer: a tar archive compressed with gzip.
    DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip";
}

impl MediaType {
    /// The longest media type, in bytes.
    pub const MAX_LEN: usize = 512;

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
    /// [`Error::InvalidMediaType`] when the text breaks the grammar or is longer than 512 bytes.
    fn from_str(text: &str) -> Result<Self> {
        // The constants follow the grammar; most of what is parsed is one of them and needs no memory of its own.
        if let Some(constant) = CONSTANTS.iter().find(|constant| **constant == text) {
            return Ok(Self(Cow::Borrowed(constant)));
        }
        check(text).map_err(|reason| Error::InvalidMediaType { input: excerpt(text), reason })?;
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

/// Checks `type/subtype`, and of parameters that they are printable ASCII.
fn check(text: &str) -> Result<(), &'static str> {
    let (essence, parameters) = text.split_once(';').map_or((text, None), |(e, p)| (e, Some(p)));
    let (kind, subtype) = essence.trim_end_matches([' ', '\t']).split_once('/').ok_or("there is no slash")?;
    if text.len() > MediaType::MAX_LEN {
        return Err("it is longer than 512 bytes");
    }
    if !is_restricted_name(kind) || !is_restricted_name(subtype) {
        return Err("type or subtype does not follow the grammar");
    }
    match parameters {
        Some(text) if !text.bytes().all(|b| matches!(b, b' '..=b'~')) => {
            Err("the parameters are not printable ASCII")
        }
        _ => Ok(()),
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
