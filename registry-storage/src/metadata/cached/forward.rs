//! All that is asked of the store each time.

use async_trait::async_trait;
use registry_core::{
    Descriptor, Digest, Event, MediaType, Page, PageRequest, Reference, RepositoryName, Tag,
};

use super::CachedMetadataStore;
use crate::Result;
use crate::metadata::{
    BlobIndex, Commit, Committed, Document, DocumentIndex, EventLog, JobIndex, JobRecord, LinkedBlob,
    ManifestIndex, ManifestRecord, ManifestStat, MetadataStore, RepositoryIndex, StoreVersion, StoredBlob,
    TagEntry, TagIndex, TagRecord, UploadId, UploadIndex, UploadRecord,
};

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> MetadataStore for CachedMetadataStore<S> {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        self.store.commit(commit).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> BlobIndex for CachedMetadataStore<S> {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        self.store.blob(repository, digest).await
    }

    async fn readable_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>> {
        self.place_of(repository, digest).await
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        self.store.blob_sizes(repository, digests).await
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        self.store.stored_blob(digest).await
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        self.store.blob_repositories(digest, page).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> ManifestIndex for CachedMetadataStore<S> {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        self.manifest_of(repository, reference).await
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        self.stat_of(repository, reference).await
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        self.store.manifest_sizes(repository, digests).await
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        self.store.retained_manifest(repository, digest).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        self.store.referrers(repository, subject, artifact_type, page).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> TagIndex for CachedMetadataStore<S> {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        self.store.tag(repository, tag).await
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        self.store.tags(repository, page).await
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        self.store.tag_history(repository, tag, before, limit).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> RepositoryIndex for CachedMetadataStore<S> {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        self.store.repository_exists(repository).await
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        self.store.repositories(page).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> UploadIndex for CachedMetadataStore<S> {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        self.store.upload(id).await
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        self.store.uploads(page).await
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        self.store.upload_count(repository).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> EventLog for CachedMetadataStore<S> {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.store.events(after, limit).await
    }

    async fn events_at_hand(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        self.store.events_at_hand(after, limit).await
    }

    async fn version(&self) -> Result<StoreVersion> {
        self.store.version().await
    }

    async fn last_event(&self) -> Result<u64> {
        self.store.last_event().await
    }

    async fn news(&self, after: u64) {
        self.store.news(after).await;
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> DocumentIndex for CachedMetadataStore<S> {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        self.store.document(kind, key).await
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        self.store.documents(kind, prefix, page).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> JobIndex for CachedMetadataStore<S> {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        self.store.job(name).await
    }
}
