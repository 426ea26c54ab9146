//! The questions that are answered from memory.

use std::time::Duration;

use registry_core::{Digest, Reference, RepositoryName};

use super::CachedMetadataStore;
use super::entry::{Key, Manifest, Value};
use crate::Result;
use crate::metadata::{ManifestRecord, ManifestStat, MetadataStore, StoredBlob};

/// How long a look is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

impl<S: MetadataStore + ?Sized> CachedMetadataStore<S> {
    pub(super) async fn manifest_of(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        let kept = |(digest, manifest): (Digest, Manifest)| manifest.record(digest);
        if let Some(record) = self.kept(|| self.kept_manifest(repository, reference).and_then(kept)).await {
            return Ok(Some(record));
        }
        let fill = self.content.fill();
        let found = self.store.manifest(repository, reference).await?;
        if let Some(record) = &found {
            fill.keep(entries(repository, reference, record.digest, Manifest::of_record(record)));
        }
        Ok(found)
    }

    pub(super) async fn stat_of(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        let kept = |(digest, manifest): (Digest, Manifest)| manifest.stat(digest);
        if let Some(stat) = self.kept(|| self.kept_manifest(repository, reference).map(kept)).await {
            return Ok(Some(stat));
        }
        let fill = self.content.fill();
        let found = self.store.manifest_stat(repository, reference).await?;
        if let Some(stat) = &found {
            fill.keep(entries(repository, reference, stat.digest, Manifest::of_stat(stat)));
        }
        Ok(found)
    }

    pub(super) async fn place_of(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>> {
        if let Some(blob) = self.kept(|| self.kept_place(repository, digest)).await {
            return Ok(Some(blob));
        }
        let fill = self.content.fill();
        let found = self.store.readable_blob(repository, digest).await?;
        if let Some(blob) = &found {
            let link = (Key::Link(repository.clone(), *digest), Value::Link);
            fill.keep([link, (Key::Place(*digest), Value::Place(blob.clone()))]);
        }
        Ok(found)
    }

    /// What is kept, if it is still there after a look at the log. For what is not there nobody looks, but for the first
    /// time: what is read before that is not kept.
    async fn kept<T>(&self, find: impl Fn() -> Option<T>) -> Option<T> {
        let wanted = self.looks.none_yet() || find().is_some();
        let found = if wanted && self.is_current().await { find() } else { None };
        match &found {
            Some(_) => self.content.hit(),
            None => self.content.miss(),
        }
        found
    }

    /// Looks at the log, but not for long: whoever waits for a connection that is dead asks on another one.
    async fn is_current(&self) -> bool {
        let look = self.looks.current(&*self.store, &self.content);
        tokio::time::timeout(PATIENCE, look).await.unwrap_or(false)
    }

    fn kept_manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Option<(Digest, Manifest)> {
        let digest = match reference {
            Reference::Digest(digest) => *digest,
            Reference::Tag(tag) => match self.content.get(Key::Tag(repository.clone(), tag.clone()))? {
                Value::Tag(digest) => digest,
                _ => return None,
            },
        };
        match self.content.get(Key::Manifest(repository.clone(), digest))? {
            Value::Manifest(manifest) => Some((digest, manifest)),
            _ => None,
        }
    }

    fn kept_place(&self, repository: &RepositoryName, digest: &Digest) -> Option<StoredBlob> {
        // Both are asked for each time: what nobody asks for is not worth keeping.
        let link = self.content.get(Key::Link(repository.clone(), *digest));
        match (link, self.content.get(Key::Place(*digest))) {
            (Some(Value::Link), Some(Value::Place(blob))) => Some(blob),
            _ => None,
        }
    }
}

/// What is learnt from a manifest that was found by this reference.
fn entries(
    repository: &RepositoryName,
    reference: &Reference,
    digest: Digest,
    manifest: Manifest,
) -> impl Iterator<Item = (Key, Value)> {
    let tag = match reference {
        Reference::Tag(tag) => Some((Key::Tag(repository.clone(), tag.clone()), Value::Tag(digest))),
        Reference::Digest(_) => None,
    };
    tag.into_iter().chain([(Key::Manifest(repository.clone(), digest), Value::Manifest(manifest))])
}
