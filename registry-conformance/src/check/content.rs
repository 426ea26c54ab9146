//! Blobs and manifests to push.

use registry_core::{Algorithm, Digest};
use serde_json::{Value, json};

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// Every manifest type in one `Accept`.
pub(crate) const ALL_TYPES: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";

/// The sha256 digest of these bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::sha256_of(bytes).to_string()
}

/// The sha512 digest of these bytes.
pub(crate) fn sha512(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha512, bytes).to_string()
}

/// The descriptor of these bytes.
pub(crate) fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(bytes), "size": bytes.len() })
}

/// Bytes that look like nothing and depend on `seed` alone.
pub(crate) fn noise(seed: &str, length: usize) -> Vec<u8> {
    let mut state = Digest::sha256_of(seed.as_bytes())
        .as_bytes()
        .iter()
        .fold(1_u64, |state, byte| state.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    let mut next = || {
        // The generator xorshift64*, whose high bits are as good as noise.
        state |= 1;
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// A manifest with everything that it names.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) media_type: String,
    /// What must be pushed as blobs beforehand.
    pub(crate) blobs: Vec<Vec<u8>>,
    /// The exact bytes.
    pub(crate) manifest: Vec<u8>,
}

impl Image {
    /// An image of one layer whose content depends on `seed`.
    pub(crate) fn new(seed: &str) -> Self {
        Self::shaped(seed, |_| {})
    }

    /// The same with a manifest that `change` has changed.
    pub(crate) fn shaped(seed: &str, change: impl FnOnce(&mut Value)) -> Self {
        let config = json!({ "architecture": "amd64", "os": "linux", "seed": seed }).to_string().into_bytes();
        let layer = format!("layer of {seed}").into_bytes();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(OCI_CONFIG, &config),
            "layers": [descriptor(OCI_LAYER, &layer)],
        });
        change(&mut manifest);
        let media_type = manifest["mediaType"].as_str().unwrap_or(OCI_MANIFEST).to_owned();
        // White space that no serialiser would write, and that must come back.
        let manifest = format!("{manifest:#}\n \n").into_bytes();
        Self { media_type, blobs: vec![config, layer], manifest }
    }

    /// An artifact of this type that refers to the manifest `subject`.
    pub(crate) fn referrer(seed: &str, artifact_type: &str, subject: &[u8]) -> Self {
        let empty = b"{}".to_vec();
        let layer = format!("statement of {seed}").into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": artifact_type,
            "config": descriptor("application/vnd.oci.empty.v1+json", &empty),
            "layers": [descriptor("application/vnd.example.statement", &layer)],
            "subject": descriptor(OCI_MANIFEST, subject),
            "annotations": { "org.example.seed": seed },
        });
        let manifest = manifest.to_string().into_bytes();
        Self { media_type: OCI_MANIFEST.to_owned(), blobs: vec![empty, layer], manifest }
    }

    /// An index of these, which are not among its blobs.
    pub(crate) fn index(children: &[&Self]) -> Self {
        let children: Vec<Value> =
            children.iter().map(|child| descriptor(&child.media_type, &child.manifest)).collect();
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children });
        Self {
            media_type: OCI_INDEX.to_owned(),
            blobs: Vec::new(),
            manifest: manifest.to_string().into_bytes(),
        }
    }

    pub(crate) fn digest(&self) -> String {
        digest(&self.manifest)
    }
}
