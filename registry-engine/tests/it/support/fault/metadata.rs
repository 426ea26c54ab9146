//! Metadata.

use std::sync::Arc;

use async_trait::async_trait;
use registry_core::{
    Descriptor, Digest, Event, MediaType, Page, PageRequest, Reference, RepositoryName, Tag,
};
use registry_storage::metadata::{
    BlobIndex, Document, DocumentIndex, EventLog, JobIndex, JobRecord, LinkedBlob, ManifestIndex,
    ManifestRecord, ManifestStat, RepositoryIndex, StoreVersion, StoredBlob, TagEntry, TagIndex, TagRecord,
    UploadId, UploadIndex, UploadRecord,
};
use registry_storage::{Commit, Committed, MetadataStore, Result};

use super::{Faults, Kind};

#[derive(Debug)]
pub(crate) struct FaultyMetadata {
    pub(super) inner: Arc<dyn MetadataStore>,
    pub(super) faults: Faults,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl MetadataStore for FaultyMetadata {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        if let Some(happens) = self.faults.take_before_commit() {
            happens.await;
        }
        let committed = self.faults.call(Kind::Writes, self.inner.commit(commit)).await?;
        if let Some(newest) = committed.events.last() {
            self.faults.newest.send_replace(newest.seq);
        }
        Ok(committed)
    }
}

/// Passes queries on, each of which may fail.
macro_rules! pass_on {
    ($($index:ident { $(fn $query:ident($($name:ident: $kind:ty),*) -> $answer:ty;)+ })+) => {
        $(
            #[async_trait]
            #[deny(clippy::missing_trait_methods)]
            impl $index for FaultyMetadata {
                $(
                    async fn $query(&self, $($name: $kind),*) -> Result<$answer> {
                        self.faults.call(Kind::Reads, self.inner.$query($($name),*)).await
                    }
                )+
            }
        )+
    };
}

pass_on! {
    BlobIndex {
        fn blob(repository: &RepositoryName, digest: &Digest) -> Option<LinkedBlob>;
        fn readable_blob(repository: &RepositoryName, digest: &Digest) -> Option<StoredBlob>;
        fn blob_sizes(repository: &RepositoryName, digests: &[Digest]) -> Vec<Option<u64>>;
        fn stored_blob(digest: &Digest) -> Option<StoredBlob>;
        fn blob_repositories(digest: &Digest, page: &PageRequest) -> Page<RepositoryName>;
    }
    ManifestIndex {
        fn manifest(repository: &RepositoryName, reference: &Reference) -> Option<ManifestRecord>;
        fn manifest_stat(repository: &RepositoryName, reference: &Reference) -> Option<ManifestStat>;
        fn manifest_sizes(repository: &RepositoryName, digests: &[Digest]) -> Vec<Option<u64>>;
        fn retained_manifest(repository: &RepositoryName, digest: &Digest) -> Option<ManifestRecord>;
        fn referrers(repository: &RepositoryName, subject: &Digest, artifact_type: Option<&MediaType>, page: &PageRequest) -> Page<Descriptor>;
    }
    TagIndex {
        fn tag(repository: &RepositoryName, tag: &Tag) -> Option<TagRecord>;
        fn tags(repository: &RepositoryName, page: &PageRequest) -> Page<Tag>;
        fn tag_history(repository: &RepositoryName, tag: &Tag, before: Option<u64>, limit: usize) -> Page<TagEntry>;
    }
    RepositoryIndex {
        fn repository_exists(repository: &RepositoryName) -> bool;
        fn repositories(page: &PageRequest) -> Page<RepositoryName>;
    }
    UploadIndex {
        fn upload(id: &UploadId) -> Option<UploadRecord>;
        fn uploads(page: &PageRequest) -> Page<UploadRecord>;
        fn upload_count(repository: Option<&RepositoryName>) -> u64;
    }
    DocumentIndex {
        fn document(kind: &str, key: &str) -> Option<Document>;
        fn documents(kind: &str, prefix: &str, page: &PageRequest) -> Page<Document>;
    }
    JobIndex {
        fn job(name: &str) -> JobRecord;
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl EventLog for FaultyMetadata {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.faults.call(Kind::Reads, self.inner.events(after, limit)).await
    }

    async fn events_at_hand(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        self.faults.call(Kind::Reads, self.inner.events_at_hand(after, limit)).await
    }

    async fn version(&self) -> Result<StoreVersion> {
        self.faults.call(Kind::Reads, self.inner.version()).await
    }

    async fn last_event(&self) -> Result<u64> {
        self.faults.call(Kind::Reads, self.inner.last_event()).await
    }

    async fn news(&self, after: u64) {
        drop(self.faults.newest.subscribe().wait_for(|newest| *newest > after).await);
    }
}
