//! Manifests.

use bytes::Bytes;
use registry_core::{Digest, MediaType, Reference};
use registry_engine::{ManifestPut, PutManifest, Result};

use super::{World, actor};

/// Builds an image manifest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    config: Option<(Digest, u64)>,
    layers: Vec<String>,
    members: Vec<String>,
}

impl Image {
    /// With this config, which may or may not be stored.
    pub(crate) fn new(config: &[u8]) -> Self {
        Self { config: Some((Digest::sha256_of(config), config.len() as u64)), ..Self::default() }
    }

    /// With one more layer.
    pub(crate) fn layer(self, content: &[u8]) -> Self {
        let (digest, size) = (Digest::sha256_of(content), content.len());
        self.descriptor("application/vnd.oci.image.layer.v1.tar", &digest.to_string(), size as u64)
    }

    /// With one more layer, of which all is said.
    pub(crate) fn descriptor(mut self, media_type: &str, digest: &str, size: u64) -> Self {
        self.layers.push(descriptor(media_type, digest, size));
        self
    }

    /// About this manifest.
    pub(crate) fn subject(self, subject: &Digest) -> Self {
        let subject = descriptor(MediaType::OCI_MANIFEST.as_str(), &subject.to_string(), 7);
        self.member(&format!(r#""subject":{subject}"#))
    }

    /// With one more member of the document.
    pub(crate) fn member(mut self, member: &str) -> Self {
        self.members.push(member.to_owned());
        self
    }

    pub(crate) fn bytes(&self) -> Bytes {
        let (digest, size) = self.config.unwrap();
        let config = descriptor(MediaType::OCI_CONFIG.as_str(), &digest.to_string(), size);
        let mut members = vec![
            r#""schemaVersion":2"#.to_owned(),
            format!(r#""mediaType":"{}""#, MediaType::OCI_MANIFEST),
            format!(r#""config":{config}"#),
            format!(r#""layers":[{}]"#, self.layers.join(",")),
        ];
        members.extend(self.members.iter().cloned());
        format!("{{{}}}", members.join(",")).into()
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::sha256_of(&self.bytes())
    }

    pub(crate) async fn push(&self, world: &World, repository: &str, reference: &str) -> Result<ManifestPut> {
        push(world, repository, reference, self.bytes()).await
    }

    /// Pushes it by digest.
    pub(crate) async fn push_untagged(&self, world: &World, repository: &str) -> Digest {
        let digest = self.digest();
        assert_eq!(self.push(world, repository, &digest.to_string()).await.unwrap().digest, digest);
        digest
    }
}

/// An index of these manifests.
pub(crate) fn index(children: &[(Digest, u64)]) -> Bytes {
    let children: Vec<_> = children
        .iter()
        .map(|(digest, size)| descriptor(MediaType::OCI_MANIFEST.as_str(), &digest.to_string(), *size))
        .collect();
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}}"#,
        MediaType::OCI_INDEX,
        children.join(",")
    )
    .into()
}

/// An index of these images.
pub(crate) fn index_of(images: &[&Image]) -> Bytes {
    index(&images.iter().map(|image| (image.digest(), image.bytes().len() as u64)).collect::<Vec<_>>())
}

pub(crate) fn descriptor(media_type: &str, digest: &str, size: u64) -> String {
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
}

/// Pushes a manifest under a tag or digest.
pub(crate) async fn push(
    world: &World,
    repository: &str,
    reference: &str,
    bytes: impl Into<Bytes>,
) -> Result<ManifestPut> {
    let put = PutManifest::new(reference.parse::<Reference>().unwrap(), bytes);
    world.repository(repository).put_manifest(actor(), put).await
}
