//! Queries with a fault.

use std::cmp::Reverse;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{
    Descriptor, Digest, Event, EventKind, MediaType, Page, PageRequest, Reference, RepositoryName, Tag,
    Timestamp,
};
use registry_storage::Result;
use registry_storage::metadata::{
    BlobIndex, Document, DocumentIndex, EventLog, JobIndex, JobRecord, LinkedBlob, ManifestIndex,
    ManifestRecord, ManifestStat, RepositoryIndex, StoredBlob, TagEntry, TagIndex, TagRecord, UploadId,
    UploadIndex, UploadRecord,
};

use super::{Fault, Faulty};

/// More than any check puts into a store.
const ALL: usize = 1_000;

/// A page of entries in another order, which begins behind `last`.
fn in_order<T, K: Ord>(page: Page<T>, key: impl Fn(&T) -> K, last: Option<K>, limit: usize) -> Page<T> {
    let mut items = page.items;
    items.sort_by_key(&key);
    if let Some(last) = last {
        items.retain(|item| key(item) > last);
    }
    Page::from_lookahead(items, limit)
}

impl Faulty {
    fn sizes(&self, digests: &[Digest], sizes: Vec<Option<u64>>) -> Vec<Option<u64>> {
        if !self.has(Fault::AnswersEachSizeOnce) {
            return sizes;
        }
        let mut pairs: Vec<_> = digests.iter().zip(sizes).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.into_iter().map(|(_, size)| size).collect()
    }

    fn page<T>(&self, mut page: Page<T>, limit: usize) -> Page<T> {
        if self.has(Fault::SaysMoreOfFullPages) {
            page.more = page.items.len() == limit;
        }
        page
    }

    /// The request, and one from the start where the fault takes a position that makes no sense for none.
    fn position<T: std::str::FromStr>(&self, page: &PageRequest) -> PageRequest {
        let senseless = page.last.as_deref().is_some_and(|last| last.parse::<T>().is_err());
        if self.has(Fault::TakesAnyPosition) && senseless {
            PageRequest::first(page.limit)
        } else {
            page.clone()
        }
    }
}

#[async_trait]
impl BlobIndex for Faulty {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        let linked = self.inner.blob(repository, digest).await?;
        if linked.is_none() && self.has(Fault::ReadsUnlinkedBlobs) {
            let stored = self.inner.stored_blob(digest).await?;
            return Ok(
                stored.map(|blob| LinkedBlob::new(blob.size, blob.location, Timestamp::from_micros(9)))
            );
        }
        Ok(linked)
    }

    async fn readable_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>> {
        let place = (repository.clone(), *digest);
        let remembered = self.places.lock().unwrap().get(&place).cloned();
        if let (true, Some(blob)) = (self.has(Fault::RemembersPlaces), remembered) {
            return Ok(Some(blob));
        }
        let found = self.inner.readable_blob(repository, digest).await?;
        if let Some(blob) = &found {
            self.places.lock().unwrap().insert(place, blob.clone());
        }
        Ok(found)
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        Ok(self.sizes(digests, self.inner.blob_sizes(repository, digests).await?))
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        self.inner.stored_blob(digest).await
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        if self.has(Fault::ListsHomesBackwards) {
            let all = self.inner.blob_repositories(digest, &PageRequest::first(ALL)).await?;
            let last = page.last.clone().map(Reverse);
            return Ok(in_order(all, |name| Reverse(name.to_string()), last, page.limit));
        }
        Ok(self.page(self.inner.blob_repositories(digest, page).await?, page.limit))
    }
}

#[async_trait]
impl ManifestIndex for Faulty {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>> {
        if let (true, Reference::Tag(tag)) = (self.has(Fault::ReadsTagsInTwoSteps), reference) {
            let Some(record) = self.inner.tag(repository, tag).await? else { return Ok(None) };
            tokio::time::sleep(Duration::from_millis(1)).await;
            return self.inner.manifest(repository, &Reference::Digest(record.digest)).await;
        }
        let found = self.inner.manifest(repository, reference).await?;
        if found.is_none() && self.has(Fault::SharesManifests) {
            for other in self.inner.repositories(&PageRequest::first(ALL)).await?.items {
                let elsewhere = self.inner.manifest(&other, reference).await?;
                if elsewhere.is_some() {
                    return Ok(elsewhere);
                }
            }
        }
        Ok(found)
    }

    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>> {
        self.inner.manifest_stat(repository, reference).await
    }

    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>> {
        Ok(self.sizes(digests, self.inner.manifest_sizes(repository, digests).await?))
    }

    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>> {
        if self.has(Fault::RetainsNothing) {
            return self.inner.manifest(repository, &Reference::Digest(*digest)).await;
        }
        self.inner.retained_manifest(repository, digest).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>> {
        let page = &self.position::<Digest>(page);
        match self.fault {
            Some(Fault::ListsReferrersBackwards) => {
                let all = PageRequest::first(ALL);
                let all = self.inner.referrers(repository, subject, artifact_type, &all).await?;
                let last = page.last.clone().map(Reverse);
                return Ok(in_order(all, |d| Reverse(d.digest.to_string()), last, page.limit));
            }
            Some(Fault::WantsSubjectsToExist) => {
                let subject = Reference::Digest(*subject);
                if self.inner.manifest_stat(repository, &subject).await?.is_none() {
                    return Ok(Page::new(Vec::new(), false));
                }
            }
            Some(Fault::IgnoresArtifactTypes) => {
                return self.inner.referrers(repository, subject, None, page).await;
            }
            Some(Fault::FiltersPages) => {
                let mut found = self.inner.referrers(repository, subject, None, page).await?;
                found.items.retain(|d| artifact_type.is_none() || d.artifact_type.as_ref() == artifact_type);
                return Ok(found);
            }
            _ => {}
        }
        let found = self.inner.referrers(repository, subject, artifact_type, page).await?;
        Ok(self.page(found, page.limit))
    }
}

#[async_trait]
impl TagIndex for Faulty {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        if self.has(Fault::AnswersTheOldestEntry) {
            let history = self.inner.tag_history(repository, tag, None, ALL).await?;
            let oldest = history.items.last();
            return Ok(oldest.and_then(|e| e.digest.map(|digest| TagRecord::new(digest, e.seq, e.at))));
        }
        self.inner.tag(repository, tag).await
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        let all = self.inner.tags(repository, &PageRequest::first(ALL)).await?;
        if self.has(Fault::ListsTagsWithoutCase) {
            let key = |text: &str| (text.to_lowercase(), text.to_owned());
            return Ok(in_order(all, |tag| key(tag.as_str()), page.last.as_deref().map(key), page.limit));
        }
        if self.has(Fault::WantsPositionsToExist)
            && let Some(last) = &page.last
            && !all.items.iter().any(|tag| tag.as_str() == last)
        {
            return Ok(Page::new(Vec::new(), false));
        }
        Ok(self.page(self.inner.tags(repository, page).await?, page.limit))
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        let before = match before {
            Some(seq) if self.has(Fault::CountsTheEndIn) => Some(seq.saturating_add(1)),
            before => before,
        };
        let hides = self.has(Fault::HidesHistoryOfDeletedTags);
        if hides && self.inner.tag(repository, tag).await?.is_none() {
            return Ok(Page::new(Vec::new(), false));
        }
        let mut found = self.inner.tag_history(repository, tag, before, limit).await?;
        if self.has(Fault::ListsHistoryOldestFirst) {
            found.items.reverse();
        }
        Ok(self.page(found, limit))
    }
}

#[async_trait]
impl RepositoryIndex for Faulty {
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool> {
        let seen = self.memory.lock().unwrap().seen.contains(repository);
        Ok(seen || self.inner.repository_exists(repository).await?)
    }

    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>> {
        if self.has(Fault::ListsRepositoriesAsPaths) {
            let all = self.inner.repositories(&PageRequest::first(ALL)).await?;
            let key = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
            return Ok(in_order(all, |name| key(name.as_str()), page.last.as_deref().map(key), page.limit));
        }
        Ok(self.page(self.inner.repositories(page).await?, page.limit))
    }
}

#[async_trait]
impl UploadIndex for Faulty {
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>> {
        let mut found = self.inner.upload(id).await?;
        if let (true, Some(upload)) = (self.has(Fault::CountsNoWrites), &mut found) {
            upload.version = 1;
        }
        Ok(found)
    }

    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>> {
        let page = &self.position::<UploadId>(page);
        if self.has(Fault::ListsUploadsBackwards) {
            let all = self.inner.uploads(&PageRequest::first(ALL)).await?;
            let last = page.last.clone().map(Reverse);
            return Ok(in_order(all, |upload| Reverse(upload.id.to_string()), last, page.limit));
        }
        Ok(self.page(self.inner.uploads(page).await?, page.limit))
    }

    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64> {
        let of_all = self.has(Fault::CountsUploadsOfAllRepositories);
        self.inner.upload_count(repository.filter(|_| !of_all)).await
    }
}

#[async_trait]
impl EventLog for Faulty {
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        let after = if self.has(Fault::BeginsWithTheNumber) { after.saturating_sub(1) } else { after };
        let mut events = self.inner.events(after, limit).await?;
        if self.has(Fault::HidesAnEvent) && events.len() > 2 {
            events.remove(1);
        }
        if self.has(Fault::KeepsDocumentsOutOfTheLog) {
            events.retain(|event| !matches!(event.kind, EventKind::DocumentPut { .. }));
        }
        Ok(events)
    }

    async fn last_event(&self) -> Result<u64> {
        self.inner.last_event().await
    }
}

#[async_trait]
impl DocumentIndex for Faulty {
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>> {
        let place = (kind.to_owned(), key.to_owned());
        let mut found = self.inner.document(kind, key).await?;
        if self.has(Fault::CachesDocuments) {
            return Ok(self.cache.lock().unwrap().entry(place).or_insert(found).clone());
        }
        if let (true, Some(document)) = (self.has(Fault::CountsDocumentsFromOne), &mut found) {
            document.version = self.memory.lock().unwrap().writes[&place];
        }
        Ok(found)
    }

    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>> {
        if self.has(Fault::TakesPrefixesForFolders) && !prefix.is_empty() && !prefix.ends_with('/') {
            return self.inner.documents(kind, &format!("{prefix}/"), page).await;
        }
        Ok(self.page(self.inner.documents(kind, prefix, page).await?, page.limit))
    }
}

#[async_trait]
impl JobIndex for Faulty {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        self.inner.job(name).await
    }
}
