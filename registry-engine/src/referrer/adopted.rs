//! Referrers that are named by tags alone, as clients pushed them that knew no better (C-56, C-57, R15).

use std::collections::BTreeSet;

use registry_core::{Descriptor, Digest, Manifest, Reference};
use registry_storage::metadata::ManifestRecord;

use crate::{Repository, Result};

/// What cosign appends to the name of the tag of a signature, an attestation, and a bill of materials.
const SUFFIXES: [&str; 3] = [".sig", ".att", ".sbom"];

impl Repository {
    /// The digests of manifests that the tags name as referrers of the subject. Whether they are readable, and whether
    /// they say themselves what they refer to, is for [`adopted`](Self::adopted) to find out.
    pub(super) async fn tagged_referrers(&self, subject: &Digest) -> Result<BTreeSet<Digest>> {
        let mut digests = BTreeSet::new();
        if let Some(record) = self.tagged(&fallback_tag(subject)).await?
            && let Some(index) = parsed(record)
        {
            digests.extend(index.children().iter().filter_map(Descriptor::known_digest));
        }
        let name = format!("{}-{}", subject.algorithm(), subject.encoded());
        for suffix in SUFFIXES {
            let tag = format!("{name}{suffix}").parse();
            // Of a long digest there is no such tag.
            if let Ok(tag) = tag
                && let Some(record) = self.inner.metadata.tag(&self.name, &tag).await?
            {
                digests.insert(record.digest);
            }
        }
        Ok(digests)
    }

    /// How a manifest that only a tag names as referrer is listed; `None` when it is not readable, or says itself
    /// what it refers to: then it is listed there and nowhere else.
    pub(super) async fn adopted(&self, digest: Digest) -> Result<Option<Descriptor>> {
        let Some(record) = self.inner.metadata.manifest(&self.name, &Reference::Digest(digest)).await? else {
            return Ok(None);
        };
        let manifest = parsed(record).filter(|manifest| manifest.subject().is_none());
        Ok(manifest.map(|manifest| manifest.descriptor()))
    }

    async fn tagged(&self, tag: &str) -> Result<Option<ManifestRecord>> {
        let Ok(tag) = tag.parse() else { return Ok(None) };
        Ok(self.inner.metadata.manifest(&self.name, &Reference::Tag(tag)).await?)
    }
}

/// The tag under which clients kept the referrers of a digest (distribution-spec, "Referrers Tag Schema"): the
/// algorithm cut to 32 characters, a dash, the encoded part cut to 64.
fn fallback_tag(subject: &Digest) -> String {
    let encoded = subject.encoded();
    format!("{}-{}", subject.algorithm(), &encoded[..encoded.len().min(64)])
}

/// The manifest. It was parsed when it was pushed, so it parses again.
fn parsed(record: ManifestRecord) -> Option<Manifest> {
    let algorithm = record.digest.algorithm();
    Manifest::parse(record.bytes, Some(&record.media_type), algorithm).ok()
}

#[cfg(test)]
mod tests {
    use registry_core::Algorithm;

    use super::*;

    #[test]
    fn c57_fallback_tags_are_cut() {
        let digest = Digest::sha256_of(b"");
        assert_eq!(fallback_tag(&digest), format!("sha256-{}", digest.encoded()));
        let digest = Digest::of(Algorithm::Sha512, b"");
        assert_eq!(fallback_tag(&digest), format!("sha512-{}", &digest.encoded()[..64]));
    }
}
