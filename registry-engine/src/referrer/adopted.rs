//! Referrers that are named by tags alone, as clients pushed them that knew no better (C-56, C-57, R15).

use std::collections::BTreeSet;

use futures_util::future::{try_join, try_join_all};
use registry_core::{Algorithm, Descriptor, Digest, Manifest, Reference, Tag};
use registry_storage::metadata::ManifestRecord;

use crate::{Repository, Result};

/// What cosign appends to the name of the tag of a signature, an attestation, and a bill of materials.
const SUFFIXES: [&str; 3] = [".sig", ".att", ".sbom"];

impl Repository {
    /// The digests of manifests that the tags name as referrers of the subject. Whether they are readable, and whether
    /// they say themselves what they refer to, is for [`adopted`](Self::adopted) to find out.
    pub(super) async fn tagged_referrers(&self, subject: &Digest) -> Result<BTreeSet<Digest>> {
        let name = format!("{}-{}", subject.algorithm(), subject.encoded());
        let signed = try_join_all(SUFFIXES.map(|suffix| self.pointed_to(format!("{name}{suffix}"))));
        let (fallback, signed) = try_join(self.tagged(fallback_tag(subject)), signed).await?;
        let index = fallback.and_then(parsed);
        let children = index.iter().flat_map(Manifest::children).filter_map(Descriptor::known_digest);
        Ok(children.copied().chain(signed.into_iter().flatten()).collect())
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

    /// The manifest under the tag; none when the name is too long for a tag.
    async fn tagged(&self, tag: String) -> Result<Option<ManifestRecord>> {
        let Ok(tag) = tag.parse() else { return Ok(None) };
        Ok(self.inner.metadata.manifest(&self.name, &Reference::Tag(tag)).await?)
    }

    /// What the tag points to; nothing when the name is too long for a tag.
    async fn pointed_to(&self, tag: String) -> Result<Option<Digest>> {
        let Ok(tag) = tag.parse() else { return Ok(None) };
        Ok(self.inner.metadata.tag(&self.name, &tag).await?.map(|record| record.digest))
    }
}

/// The tag under which clients kept the referrers of a digest (distribution-spec, "Referrers Tag Schema"): the
/// algorithm cut to 32 characters, a dash, the encoded part cut to 64.
fn fallback_tag(subject: &Digest) -> String {
    let encoded = subject.encoded();
    format!("{}-{}", subject.algorithm(), &encoded[..encoded.len().min(64)])
}

/// Whether clients would keep a list of referrers under the tag.
pub(crate) fn is_fallback_tag(tag: &Tag) -> bool {
    let Some((name, encoded)) = tag.as_str().split_once('-') else { return false };
    let Ok(algorithm) = name.parse::<Algorithm>() else { return false };
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    encoded.len() == (algorithm.len() * 2).min(64) && encoded.bytes().all(hex)
}

/// The manifest. It was parsed when it was pushed, so it parses again.
fn parsed(record: ManifestRecord) -> Option<Manifest> {
    let algorithm = record.digest.algorithm();
    Manifest::parse(record.bytes, Some(&record.media_type), algorithm).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c57_fallback_tags_are_cut() {
        let digest = Digest::sha256_of(b"");
        assert_eq!(fallback_tag(&digest), format!("sha256-{}", digest.encoded()));
        let digest = Digest::of(Algorithm::Sha512, b"");
        assert_eq!(fallback_tag(&digest), format!("sha512-{}", &digest.encoded()[..64]));
    }

    #[test]
    fn c57_fallback_tags_are_told_from_others() {
        for algorithm in Algorithm::ALL {
            let tag = fallback_tag(&Digest::of(algorithm, b"subject"));
            assert!(is_fallback_tag(&tag.parse().unwrap()), "{tag}");
            for other in [format!("{tag}.sig"), format!("{tag}0"), tag.to_uppercase(), tag.replace('-', "_")]
            {
                assert!(!is_fallback_tag(&other.parse().unwrap()), "{other}");
            }
        }
        for other in ["latest", "sha256-", "v1-0", "md5-d41d8cd98f00b204e9800998ecf8427e"] {
            assert!(!is_fallback_tag(&other.parse().unwrap()), "{other}");
        }
    }
}
