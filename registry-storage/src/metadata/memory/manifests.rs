//! Manifests, what they name, and what they refer to.

use async_trait::async_trait;
use registry_core::{Descriptor, Digest, MediaType, Page, PageRequest, Reference, RepositoryName, TagCause};

use super::state::{Manifest, Repository, State, Use};
use super::{MemoryMetadataStore, page};
use crate::Result;
use crate::metadata::journal::Journal;
use crate::metadata::{ManifestIndex, ManifestRecord, ManifestStat, NewManifest, bounds};

#[async_trait]
impl ManifestIndex for MemoryMetadataStore {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        let state = self.read();
        let found = state.repositories.get(repository).and_then(|r| r.manifest(reference));
        Ok(found.and_then(|(digest, manifest)| state.record(digest, &manifest.media_type)))
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        let state = self.read();
        let found = state.repositories.get(repository).and_then(|r| r.manifest(reference));
        Ok(found.map(|(digest, m)| ManifestStat::new(digest, m.media_type.clone(), m.size)))
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        let state = self.read();
        let manifests = state.repositories.get(repository).map(|r| &r.manifests);
        let size = |digest| manifests.and_then(|all| all.get(digest)).map(|manifest| manifest.size);
        Ok(digests.iter().map(size).collect())
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        let state = self.read();
        let Some(repository) = state.repositories.get(repository) else { return Ok(None) };
        let readable = repository.manifests.get(digest).map(|manifest| &manifest.media_type);
        let media_type = readable.or_else(|| repository.retained.get(digest));
        Ok(media_type.and_then(|media_type| state.record(*digest, media_type)))
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        let after = page::beyond(bounds::digest_position(page)?);
        let state = self.read();
        let edges = state.repositories.get(repository).and_then(|r| r.referrers.get(subject));
        let wanted = |descriptor: &&Descriptor| {
            artifact_type.is_none() || descriptor.artifact_type.as_ref() == artifact_type
        };
        let listed = edges.into_iter().flat_map(|edges| edges.range(after)).map(|(_, d)| d).filter(wanted);
        Ok(page::take(listed, page.limit))
    }
}

impl Repository {
    fn manifest(&self, reference: &Reference) -> Option<(Digest, &Manifest)> {
        let digest = match reference {
            Reference::Digest(digest) => *digest,
            Reference::Tag(tag) => self.tags.get(tag)?.digest,
        };
        Some((digest, self.manifests.get(&digest)?))
    }

    /// Takes the manifest out with its edges. Its tags are left for the caller.
    fn remove_manifest(&mut self, digest: Digest) -> Option<Manifest> {
        let manifest = self.manifests.remove(&digest)?;
        for (target, how) in &manifest.uses {
            self.uses.remove(&(*target, *how, digest));
        }
        if let Some(subject) = manifest.subject
            && let Some(edges) = self.referrers.get_mut(&subject)
        {
            edges.remove(&digest);
            if edges.is_empty() {
                self.referrers.remove(&subject);
            }
        }
        Some(manifest)
    }
}

impl State {
    fn record(&self, digest: Digest, media_type: &MediaType) -> Option<ManifestRecord> {
        let bytes = self.contents.get(&digest)?.clone();
        Some(ManifestRecord::new(digest, media_type.clone(), bytes))
    }

    pub(super) fn put_manifest(
        &mut self,
        journal: &mut Journal<'_>,
        name: &RepositoryName,
        new: &NewManifest,
    ) {
        self.contents.insert(new.digest, new.bytes.clone());
        let repository = self.repository_mut(name);
        let before = repository.remove_manifest(new.digest);
        let blobs = new.blobs.iter().map(|blob| (*blob, Use::Blob));
        let uses: Vec<_> = blobs.chain(new.children.iter().map(|child| (*child, Use::Child))).collect();
        repository.uses.extend(uses.iter().map(|(target, how)| (*target, *how, new.digest)));
        if let Some(edge) = &new.referrer {
            let edges = repository.referrers.entry(edge.subject).or_default();
            edges.insert(new.digest, edge.descriptor.clone());
        }
        let manifest = Manifest {
            media_type: new.media_type.clone(),
            size: new.bytes.len() as u64,
            uses,
            subject: new.referrer.as_ref().map(|edge| edge.subject),
            leased_until: before.as_ref().map_or(new.leased_until, |m| m.leased_until.max(new.leased_until)),
            tags: before.map(|manifest| manifest.tags).unwrap_or_default(),
        };
        repository.manifests.insert(new.digest, manifest);
        repository.retained.remove(&new.digest);
        self.settle(name);
        journal.manifest_put(name, new);
    }

    pub(super) fn delete_manifest(
        &mut self,
        journal: &mut Journal<'_>,
        name: &RepositoryName,
        digest: Digest,
    ) {
        let Some(repository) = self.repositories.get_mut(name) else { return };
        let Some(manifest) = repository.remove_manifest(digest) else { return };
        for tag in &manifest.tags {
            repository.tags.remove(tag);
            let entry = journal.tag_deleted(name, tag, digest, TagCause::ManifestDelete);
            repository.history.entry(tag.clone()).or_default().push(entry);
        }
        repository.retained.insert(digest, manifest.media_type);
        self.settle(name);
        journal.manifest_deleted(name, digest);
    }
}
