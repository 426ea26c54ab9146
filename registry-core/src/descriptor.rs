//! Descriptors: how one piece of content names another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AnyDigest, Digest, MediaType, Platform};

/// The type, digest and size of some content (image-spec, "Content Descriptors").
///
/// Unknown members are not kept here: a pushed manifest is served from its own bytes and never written anew from
/// descriptors.
///
/// ```
/// use registry_core::{Descriptor, Digest, MediaType};
///
/// let layer = Descriptor::new(MediaType::OCI_LAYER_GZIP, Digest::sha256_of(b"layer"), 5);
/// assert_eq!(layer.known_digest(), Some(&Digest::sha256_of(b"layer")));
/// assert!(layer.is_distributable());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Descriptor {
    /// The type of the content.
    pub media_type: MediaType,
    /// The digest of the content.
    pub digest: AnyDigest,
    /// The number of bytes of the content.
    pub size: u64,
    /// Other places where the content may be had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// Free facts about the content.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The content itself in base64, where it was embedded by whoever wrote the descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The platform, in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The kind of artifact, where the content is a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<MediaType>,
}

impl Descriptor {
    /// A descriptor with the three members that are always there.
    #[must_use]
    pub fn new(media_type: MediaType, digest: impl Into<AnyDigest>, size: u64) -> Self {
        Self {
            media_type,
            digest: digest.into(),
            size,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            data: None,
            platform: None,
            artifact_type: None,
        }
    }

    /// The digest when its algorithm can be computed here.
    #[must_use]
    pub const fn known_digest(&self) -> Option<&Digest> {
        self.digest.known()
    }

    /// Whether a registry is expected to hold the content.
    ///
    /// It is not for the layers that their types mark as not to be distributed (image-spec, "Non-Distributable
    /// Layers"; Docker's foreign layers), nor for what names other places in `urls`.
    #[must_use]
    pub fn is_distributable(&self) -> bool {
        let name = self.media_type.as_str();
        self.urls.is_empty()
            && !name.starts_with("application/vnd.docker.image.rootfs.foreign.")
            && !name.starts_with("application/vnd.oci.image.layer.nondistributable.")
    }
}
