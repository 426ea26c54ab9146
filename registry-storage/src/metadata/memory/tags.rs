//! Tags and their history.

use async_trait::async_trait;
use registry_core::{Digest, Page, PageRequest, RepositoryName, Tag, TagCause};

use super::state::State;
use super::{MemoryMetadataStore, page};
use crate::Result;
use crate::metadata::journal::Journal;
use crate::metadata::{TagEntry, TagIndex, TagRecord};

#[async_trait]
impl TagIndex for MemoryMetadataStore {
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>> {
        Ok(self.read().repositories.get(repository).and_then(|r| r.tags.get(tag)).cloned())
    }

    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>> {
        let state = self.read();
        let tags = state.repositories.get(repository).into_iter();
        let tags = tags.flat_map(|r| r.tags.range::<str, _>(page::after(page))).map(|(tag, _)| tag);
        Ok(page::take(tags, page.limit))
    }

    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>> {
        let state = self.read();
        let entries = state.repositories.get(repository).and_then(|r| r.history.get(tag));
        let entries = entries.map_or(&[][..], Vec::as_slice);
        let end = before.map_or(entries.len(), |seq| entries.partition_point(|entry| entry.seq < seq));
        Ok(page::take(entries[..end].iter().rev(), limit))
    }
}

impl State {
    pub(super) fn set_tag(
        &mut self,
        journal: &mut Journal<'_>,
        name: &RepositoryName,
        tag: &Tag,
        digest: Digest,
        cause: TagCause,
    ) {
        let repository = self.repository_mut(name);
        let previous = repository.tags.get(tag).map(|record| record.digest);
        if previous == Some(digest) {
            return;
        }
        let entry = journal.tag_set(name, tag, digest, previous, cause);
        repository.tags.insert(tag.clone(), TagRecord::new(digest, entry.seq, entry.at));
        repository.history.entry(tag.clone()).or_default().push(entry);
        if let Some(before) = previous.and_then(|previous| repository.manifests.get_mut(&previous)) {
            before.tags.remove(tag);
        }
        if let Some(now) = repository.manifests.get_mut(&digest) {
            now.tags.insert(tag.clone());
        }
    }

    pub(super) fn delete_tag(
        &mut self,
        journal: &mut Journal<'_>,
        name: &RepositoryName,
        tag: &Tag,
        cause: TagCause,
    ) {
        let Some(repository) = self.repositories.get_mut(name) else { return };
        let Some(record) = repository.tags.remove(tag) else { return };
        if let Some(manifest) = repository.manifests.get_mut(&record.digest) {
            manifest.tags.remove(tag);
        }
        let entry = journal.tag_deleted(name, tag, record.digest, cause);
        repository.history.entry(tag.clone()).or_default().push(entry);
    }
}
