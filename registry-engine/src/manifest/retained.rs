//! Putting deleted manifests back.

use std::collections::BTreeSet;

use registry_core::{Actor, Descriptor, Digest, Manifest};
use registry_storage::metadata::ManifestRecord;
use registry_storage::{Commit, Require};

use super::Sizes;
use crate::upload::verify;
use crate::{Error, Repository, Result, SparseContent};

/// How many bytes of manifests are put back at once. An index of all platforms there are has some hundred kilobytes.
const LIMIT: u64 = 64 << 20;

impl Repository {
    /// A commit after which the manifest is readable: that it is, or that it is put back with those children of it that
    /// are gone as well.
    ///
    /// # Errors
    /// [`Error::ManifestUnknown`] when its bytes are not kept any more; those of a push.
    pub(crate) async fn readable_again(&self, actor: &Actor, digest: &Digest) -> Result<Commit> {
        let mut commit = self.commit(actor);
        if self.inner.metadata.manifest_stat(&self.name, &(*digest).into()).await?.is_some() {
            let (repository, digest) = (self.name.clone(), *digest);
            return Ok(commit.require(Require::Manifest { repository, digest, present: true }));
        }
        let family = self.retained_family(digest).await?;
        let sizes: Sizes = family.iter().map(|manifest| (manifest.digest(), manifest.size())).collect();
        for manifest in family.iter().rev() {
            let checked = self.check(manifest, &sizes).await?;
            commit = self.putting(commit, manifest, checked);
        }
        Ok(commit)
    }

    /// The manifest, followed by all below it that are gone, must be there, and are kept.
    async fn retained_family(&self, digest: &Digest) -> Result<Vec<Manifest>> {
        let Some(first) = self.retained(digest).await? else {
            return Err(Error::ManifestUnknown { reference: (*digest).into() });
        };
        let mut size = first.size();
        let mut family = vec![first];
        if self.inner.settings().sparse.of(&self.name) != SparseContent::Refuse {
            return Ok(family);
        }
        let mut seen = BTreeSet::from([*digest]);
        let mut next = 0;
        while let Some(parent) = family.get(next) {
            let children = parent.children().iter().filter_map(Descriptor::known_digest);
            let children: Vec<_> = children.copied().filter(|child| seen.insert(*child)).collect();
            for child in self.gone(&children).await? {
                if let Some(manifest) = self.retained(&child).await? {
                    size += manifest.size();
                    family.push(manifest);
                }
                if size > LIMIT {
                    return Err(Error::Unsupported { what: "putting back so many manifests at once" });
                }
            }
            next += 1;
        }
        Ok(family)
    }

    /// Those of the digests that are readable neither as manifest nor as blob.
    async fn gone(&self, digests: &[Digest]) -> Result<Vec<Digest>> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let manifests = self.inner.metadata.manifest_sizes(&self.name, digests).await?;
        let blobs = self.inner.metadata.blob_sizes(&self.name, digests).await?;
        let found = manifests.into_iter().zip(blobs).map(|(manifest, blob)| manifest.or(blob));
        Ok(digests
            .iter()
            .zip(found)
            .filter(|(_, found)| found.is_none())
            .map(|(digest, _)| *digest)
            .collect())
    }

    async fn retained(&self, digest: &Digest) -> Result<Option<Manifest>> {
        let record = self.inner.metadata.retained_manifest(&self.name, digest).await?;
        record.map(|record| parsed(digest, record)).transpose()
    }
}

/// Reads retained bytes as they were read when they were pushed.
pub(crate) fn parsed(digest: &Digest, record: ManifestRecord) -> Result<Manifest> {
    let corrupt = |source| Error::Corrupt { digest: *digest, source };
    let manifest = Manifest::parse(record.bytes, Some(&record.media_type), digest.algorithm())
        .map_err(|error| corrupt(error.into()))?;
    verify(digest, manifest.digest()).map_err(|error| corrupt(error.into()))?;
    Ok(manifest)
}
