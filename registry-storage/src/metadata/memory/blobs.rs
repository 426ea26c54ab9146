//! Blobs and their links.

use std::collections::btree_map::Entry;

use async_trait::async_trait;
use registry_core::{Digest, Page, PageRequest, RepositoryName, Timestamp};

use super::state::State;
use super::{MemoryMetadataStore, page};
use crate::metadata::journal::Journal;
use crate::metadata::{BlobIndex, LinkedBlob, StoredBlob};
use crate::{Location, Result};

#[async_trait]
impl BlobIndex for MemoryMetadataStore {
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>> {
        Ok(self.read().blob(repository, digest))
    }

    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>> {
        let state = self.read();
        Ok(digests.iter().map(|digest| state.blob(repository, digest).map(|blob| blob.size)).collect())
    }

    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>> {
        Ok(self.read().stored.get(digest).cloned())
    }

    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>> {
        let state = self.read();
        let homes = state.homes.get(digest).into_iter();
        Ok(page::take(homes.flat_map(|homes| homes.range::<str, _>(page::after(page))), page.limit))
    }
}

impl State {
    fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Option<LinkedBlob> {
        let leased_until = *self.repositories.get(repository)?.blobs.get(digest)?;
        let stored = self.stored.get(digest)?;
        Some(LinkedBlob::new(stored.size, stored.location.clone(), leased_until))
    }

    pub(super) fn store_blob(&mut self, digest: Digest, size: u64, location: &Location) {
        self.stored.insert(digest, StoredBlob::new(size, location.clone()));
    }

    pub(super) fn link_blob(
        &mut self,
        journal: &mut Journal<'_>,
        name: &RepositoryName,
        digest: Digest,
        leased_until: Timestamp,
    ) {
        let size = self.stored.get(&digest).map_or(0, |blob| blob.size);
        match self.repository_mut(name).blobs.entry(digest) {
            Entry::Occupied(mut lease) => {
                let later = leased_until.max(*lease.get());
                lease.insert(later);
            }
            Entry::Vacant(link) => {
                link.insert(leased_until);
                self.homes.entry(digest).or_default().insert(name.clone());
                self.settle(name);
                journal.blob_linked(name, digest, size);
            }
        }
    }

    pub(super) fn unlink_blob(&mut self, journal: &mut Journal<'_>, name: &RepositoryName, digest: Digest) {
        let Some(repository) = self.repositories.get_mut(name) else { return };
        if repository.blobs.remove(&digest).is_none() {
            return;
        }
        if let Some(homes) = self.homes.get_mut(&digest) {
            homes.remove(name);
            if homes.is_empty() {
                self.homes.remove(&digest);
            }
        }
        self.settle(name);
        journal.blob_unlinked(name, digest);
    }

    pub(super) fn renew_lease(&mut self, name: &RepositoryName, digest: Digest, leased_until: Timestamp) {
        let link = self.repositories.get_mut(name).and_then(|r| r.blobs.get_mut(&digest));
        if let Some(lease) = link {
            *lease = leased_until.max(*lease);
        }
    }
}
