//! Manifests.

mod descriptor;
mod document;
mod embedded;
mod platform;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use self::document::Document;
use self::view::View;
use crate::json::{self, Object, Place};
use crate::{Algorithm, Descriptor, Digest, Error, MediaType, Result};

/// A manifest: its exact bytes, their digest, and a view of what they say.
///
/// Four types are manifests: [`MediaType::OCI_MANIFEST`], [`MediaType::OCI_INDEX`], [`MediaType::DOCKER_MANIFEST`] and
/// [`MediaType::DOCKER_LIST`]. The bytes are served as they were pushed; the view is read from them once and never
/// written back. Cloning is cheap.
///
/// ```
/// use bytes::Bytes;
/// use registry_core::{Algorithm, Manifest, ManifestKind, MediaType};
///
/// let bytes = Bytes::from_static(br#"{
///   "schemaVersion": 2,
///   "mediaType": "application/vnd.oci.image.index.v1+json",
///   "manifests": [],
///   "annotations": {"org.example.note": "empty"}
/// }"#);
/// let manifest = Manifest::parse(bytes.clone(), Some(&MediaType::OCI_INDEX), Algorithm::Sha256)?;
/// assert_eq!(manifest.kind(), ManifestKind::Index);
/// assert_eq!(manifest.bytes(), &bytes);
/// assert_eq!(manifest.annotations()["org.example.note"], "empty");
///
/// let lie = Manifest::parse(bytes, Some(&MediaType::OCI_MANIFEST), Algorithm::Sha256);
/// assert!(lie.is_err());
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Manifest {
    bytes: Bytes,
    digest: Digest,
    view: Arc<View>,
}

/// What a manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ManifestKind {
    /// A config and layers.
    Image,
    /// A list of further manifests.
    Index,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// `declared` is the `Content-Type` without its parameters; without one, the body must carry its `mediaType`. The
    /// digest is computed with `algorithm`.
    ///
    /// Accepted is what every careful reader understands in the same way:
    /// - one JSON object in UTF-8 and nothing behind it, no name twice in any object, nested at most 64 deep;
    /// - of one of the four types, and if both the declaration and the body name it, the same; a Docker body must
    ///   name it;
    /// - `schemaVersion` 2;
    /// - either `config` and `layers` or `manifests`, as the type says, and no member of the other kind (CVE-2021-41190);
    /// - in every descriptor a media type, a digest that follows the grammar (of whatever algorithm) and a size
    ///   from 0 to `i64::MAX`; embedded `data` that is the content;
    /// - at most 10,000 entries in any list or map that is read.
    ///
    /// Unknown members, and unknown types of configs, layers and artifacts, are no errors. But a member whose name
    /// differs from a known one only in case is one: readers that ignore case would take it for the known one.
    ///
    /// # Errors
    /// [`Error::InvalidManifest`], whose reason names the place.
    pub fn parse(bytes: Bytes, declared: Option<&MediaType>, algorithm: Algorithm) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidManifest { reason: reason.into() };
        let mut document = Document::default();
        json::read(&bytes, Object::new(&Place::ROOT, &mut document)).map_err(invalid)?;
        let view = View::new(document, declared).map_err(invalid)?;
        Ok(Self { digest: Digest::of(algorithm, &bytes), bytes, view: Arc::new(view) })
    }

    /// The bytes as they were pushed.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The digest of the bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The number of bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The type: one of the four.
    #[must_use]
    pub fn media_type(&self) -> &MediaType {
        &self.view.media_type
    }

    /// Whether it is an image or an index, whichever of the two vocabularies it uses.
    #[must_use]
    pub fn kind(&self) -> ManifestKind {
        if self.view.config.is_some() { ManifestKind::Image } else { ManifestKind::Index }
    }

    /// The config of an image; `None` for an index.
    #[must_use]
    pub fn config(&self) -> Option<&Descriptor> {
        self.view.config.as_ref()
    }

    /// The layers of an image, from the lowest to the topmost; empty for an index.
    #[must_use]
    pub fn layers(&self) -> &[Descriptor] {
        &self.view.layers
    }

    /// The entries of an index; empty for an image.
    ///
    /// Most name manifests, but some clients list blobs here, and not every entry has a platform.
    #[must_use]
    pub fn children(&self) -> &[Descriptor] {
        &self.view.manifests
    }

    /// The manifest that this one is about; only the OCI types have one.
    #[must_use]
    pub fn subject(&self) -> Option<&Descriptor> {
        self.view.subject.as_ref()
    }

    /// The kind of artifact as a list of referrers shows it: its own `artifactType`, else for an image the type of
    /// its config, else `None` (distribution-spec, "Listing Referrers").
    #[must_use]
    pub fn artifact_type(&self) -> Option<&MediaType> {
        let config_type = || self.config().map(|config| &config.media_type);
        self.view.artifact_type.as_ref().or_else(config_type)
    }

    /// The manifest's own annotations.
    #[must_use]
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.view.annotations
    }

    /// The descriptor of this manifest as a list of referrers shows it: with artifact type and annotations.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        let mut descriptor = Descriptor::new(self.media_type().clone(), self.digest, self.size());
        descriptor.artifact_type = self.artifact_type().cloned();
        descriptor.annotations = self.annotations().clone();
        descriptor
    }
}

/// Equal bytes under an equal digest and an equal type.
impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest && self.media_type() == other.media_type() && self.bytes == other.bytes
    }
}

impl Eq for Manifest {}
