//! Metadata under observation.

use async_trait::async_trait;
use registry_core::{
    Descriptor, Digest, Event, MediaType, Page, PageRequest, Reference, RepositoryName, Tag,
};

use super::Observed;
use crate::Result;
use crate::metadata::{
    BlobIndex, Commit, Committed, Document, DocumentIndex, EventLog, JobIndex, JobRecord, LinkedBlob,
    ManifestIndex, ManifestRecord, ManifestStat, MetadataStore, RepositoryIndex, StoreVersion, StoredBlob,
    TagEntry, TagIndex, TagRecord, UploadId, UploadIndex, UploadRecord,
};

const STORE: &str = "metadata";

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> MetadataStore for Observed<S> {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        self.tell(STORE, "commit", self.inner.commit(commit)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> BlobIndex for Observed<S> {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        self.tell(STORE, "blob", self.inner.blob(repository, digest)).await
    }

    async fn readable_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>> {
        self.tell(STORE, "readable_blob", self.inner.readable_blob(repository, digest)).await
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        self.tell(STORE, "blob_sizes", self.inner.blob_sizes(repository, digests)).await
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        self.tell(STORE, "stored_blob", self.inner.stored_blob(digest)).await
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        self.tell(STORE, "blob_repositories", self.inner.blob_repositories(digest, page)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> ManifestIndex for Observed<S> {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        self.tell(STORE, "manifest", self.inner.manifest(repository, reference)).await
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        self.tell(STORE, "manifest_stat", self.inner.manifest_stat(repository, reference)).await
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        self.tell(STORE, "manifest_sizes", self.inner.manifest_sizes(repository, digests)).await
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        self.tell(STORE, "retained_manifest", self.inner.retained_manifest(repository, digest)).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        self.tell(STORE, "referrers", self.inner.referrers(repository, subject, artifact_type, page)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> TagIndex for Observed<S> {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        self.tell(STORE, "tag", self.inner.tag(repository, tag)).await
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        self.tell(STORE, "tags", self.inner.tags(repository, page)).await
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        self.tell(STORE, "tag_history", self.inner.tag_history(repository, tag, before, limit)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> RepositoryIndex for Observed<S> {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        self.tell(STORE, "repository_exists", self.inner.repository_exists(repository)).await
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        self.tell(STORE, "repositories", self.inner.repositories(page)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> UploadIndex for Observed<S> {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        self.tell(STORE, "upload", self.inner.upload(id)).await
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        self.tell(STORE, "uploads", self.inner.uploads(page)).await
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        self.tell(STORE, "upload_count", self.inner.upload_count(repository)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> EventLog for Observed<S> {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.tell(STORE, "events", self.inner.events(after, limit)).await
    }

    async fn events_at_hand(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        self.tell(STORE, "events_at_hand", self.inner.events_at_hand(after, limit)).await
    }

    async fn version(&self) -> Result<StoreVersion> {
        self.tell(STORE, "version", self.inner.version()).await
    }

    async fn last_event(&self) -> Result<u64> {
        self.tell(STORE, "last_event", self.inner.last_event()).await
    }

    /// Waiting is no call that somebody would measure.
    async fn news(&self, after: u64) {
        self.inner.news(after).await;
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> DocumentIndex for Observed<S> {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        self.tell(STORE, "document", self.inner.document(kind, key)).await
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        self.tell(STORE, "documents", self.inner.documents(kind, prefix, page)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: MetadataStore + ?Sized> JobIndex for Observed<S> {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        self.tell(STORE, "job", self.inner.job(name)).await
    }
}
