//! Blobs and manifests to push.

use registry_core::{Algorithm, Digest};
use serde_json::json;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image with everything it needs.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) media_type: &'static str,
    pub(crate) config: Vec<u8>,
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) manifest: Vec<u8>,
}

impl Image {
    pub(crate) fn digest(&self) -> String {
        digest(&self.manifest)
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::sha256_of(bytes).to_string()
}

pub(crate) fn sha512(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha512, bytes).to_string()
}

/// An image of one layer whose content depends on `seed`.
pub(crate) fn image(seed: &str) -> Image {
    let config = format!("{{\"seed\":\"{seed}\"}}").into_bytes();
    let layer = format!("layer of {seed}").into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", &layer)],
        // Kept byte for byte, with white space that no serialiser would write.
        "seed": seed,
    });
    let manifest = format!(" {manifest:#}\n").into_bytes();
    Image { media_type: OCI_MANIFEST, config, layers: vec![layer], manifest }
}

/// An artifact that refers to a subject; its config is the empty object.
pub(crate) fn referrer(subject: &[u8], artifact_type: &str, note: &str) -> Image {
    let config = b"{}".to_vec();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": artifact_type,
        "config": descriptor("application/vnd.oci.empty.v1+json", &config),
        "layers": [descriptor("application/vnd.oci.empty.v1+json", &config)],
        "subject": descriptor(OCI_MANIFEST, subject),
        "annotations": { "note": note },
    });
    let manifest = manifest.to_string().into_bytes();
    Image { media_type: OCI_MANIFEST, config, layers: Vec::new(), manifest }
}

/// An index of these manifests.
pub(crate) fn index(children: &[&[u8]]) -> Vec<u8> {
    let children: Vec<_> = children.iter().map(|child| descriptor(OCI_MANIFEST, child)).collect();
    json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children }).to_string().into_bytes()
}

fn descriptor(media_type: &str, bytes: &[u8]) -> serde_json::Value {
    json!({ "mediaType": media_type, "digest": digest(bytes), "size": bytes.len() })
}
