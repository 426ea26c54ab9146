//! The same as any other source.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use registry_core::{Digest, RepositoryName, Tag};
use registry_storage::BlobRead;
use registry_storage::foreign::Foreign;

use super::links::linked;
use super::{Distribution, folder};
use crate::import::{Finding, Linked, Listed, Source, Trouble};

#[async_trait]
impl Source for Distribution {
    fn repositories(&self) -> Listed<'_, RepositoryName> {
        self.names()
    }

    fn blobs<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Linked> {
        self.links(self.repository(repository.as_str(), "_layers"), format!("{repository}, blob"))
    }

    fn manifests<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Linked> {
        let folder = self.repository(repository.as_str(), "_manifests/revisions");
        self.links(folder, format!("{repository}, manifest"))
    }

    fn tags<'a>(&'a self, repository: &'a RepositoryName) -> Listed<'a, Tag> {
        let entries = self.tree.entries(&self.repository(repository.as_str(), "_manifests/tags"));
        let tags = entries.map(move |entry| {
            let entry = entry.map_err(|error| Trouble::reading(format!("{repository}, tags"), error))?;
            let tag = entry.name.parse();
            tag.map_err(|error: registry_core::Error| {
                Finding::loss(format!("{repository}, tag {}", entry.name), error).into()
            })
        });
        tags.boxed()
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Linked>, Trouble> {
        let place = format!("{repository}, manifest {digest}");
        let path = format!("_manifests/revisions/{}/link", folder(digest));
        let link = self.link(&self.repository(repository.as_str(), &path), &place).await?;
        link.map(|stored_as| linked(*digest, stored_as, &place)).transpose()
    }

    async fn target(&self, repository: &RepositoryName, tag: &Tag) -> Result<Digest, Trouble> {
        let place = format!("{repository}, tag {tag}");
        let path = self.repository(repository.as_str(), &format!("_manifests/tags/{tag}/current/link"));
        // Distribution writes the list of what it pointed to first.
        self.link(&path, &place).await?.ok_or_else(|| Finding::note(place, "it points to nothing").into())
    }

    async fn remains(&self, repository: &RepositoryName) -> Result<Vec<Finding>, Trouble> {
        let entries = self.tree.entries(&self.repository(repository.as_str(), "_uploads"));
        let count = entries.try_fold(0_u64, |count, _| async move { Ok(count + 1) }).await;
        let place = repository.to_string();
        match count.map_err(|error| Trouble::reading(&place, error))? {
            0 => Ok(Vec::new()),
            1 => Ok(vec![Finding::note(place, "1 upload in progress is not taken over")]),
            count => {
                Ok(vec![Finding::note(place, format!("{count} uploads in progress are not taken over"))])
            }
        }
    }

    async fn size(&self, stored_as: &Digest) -> registry_storage::Result<Option<u64>> {
        self.tree.size(&self.data(stored_as)).await
    }

    async fn small(&self, stored_as: &Digest, limit: u64) -> registry_storage::Result<Option<Bytes>> {
        self.tree.small(&self.data(stored_as), limit).await
    }

    async fn read(&self, stored_as: &Digest, size: u64) -> registry_storage::Result<BlobRead> {
        self.tree.read(&self.data(stored_as), size).await
    }

    fn place(&self, stored_as: &Digest) -> Option<Foreign> {
        Some(self.tree.place(&self.data(stored_as)))
    }
}
