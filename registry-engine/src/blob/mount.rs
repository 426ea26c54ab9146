//! Making a blob of one repository readable in another.

use std::fmt;

use futures_util::future::BoxFuture;
use registry_core::{Actor, Digest, PageRequest, RepositoryName};
use registry_storage::{Change, Error as Storage, Require};

use crate::{BlobStat, Error, Repository, Result};

/// From where a blob may be mounted.
///
/// The engine knows no rights: whoever calls must have made sure that the one who asks may read the source (T14).
#[derive(Clone)]
#[non_exhaustive]
pub enum MountSource<'a> {
    /// From this repository.
    Repository(RepositoryName),
    /// From any repository of which this says yes. It is asked for those that have the blob, in byte order, 100 at
    /// most, until it says yes.
    AnyOf(&'a (dyn Fn(RepositoryName) -> BoxFuture<'a, bool> + Send + Sync + 'a)),
}

impl fmt::Debug for MountSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(name) => f.debug_tuple("Repository").field(name).finish(),
            Self::AnyOf(_) => f.debug_tuple("AnyOf").finish_non_exhaustive(),
        }
    }
}

/// How many repositories are asked about.
const CANDIDATES: usize = 100;

impl Repository {
    /// Makes a blob that another repository has readable in this one, without its bytes being sent (distribution-spec,
    /// end-11), and leases it. A blob that is readable here already is fine too.
    ///
    /// `None` when that is not possible, for whatever reason: the blob has to be uploaded then. The answer does not
    /// tell whether it exists elsewhere.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// The blob is readable here or not.
    pub async fn mount_blob(
        &self,
        actor: &Actor,
        digest: &Digest,
        from: MountSource<'_>,
    ) -> Result<Option<BlobStat>> {
        if let Some(stat) = self.link_from(actor, digest, &self.name).await? {
            return Ok(Some(stat));
        }
        match from {
            MountSource::Repository(source) => self.link_from(actor, digest, &source).await,
            MountSource::AnyOf(allowed) => {
                let page = PageRequest::first(CANDIDATES);
                let candidates = self.inner.metadata.blob_repositories(digest, &page).await?;
                for source in candidates.items {
                    if !allowed(source.clone()).await {
                        continue;
                    }
                    if let Some(stat) = self.link_from(actor, digest, &source).await? {
                        return Ok(Some(stat));
                    }
                }
                Ok(None)
            }
        }
    }

    /// Links the blob here, if it is readable in `source` and its bytes are.
    async fn link_from(
        &self,
        actor: &Actor,
        digest: &Digest,
        source: &RepositoryName,
    ) -> Result<Option<BlobStat>> {
        let Some(blob) = self.inner.metadata.blob(source, digest).await? else { return Ok(None) };
        match self.probe(digest, &blob).await {
            Ok(()) => {}
            Err(Error::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        let digest = *digest;
        let leased_until = self.inner.leased_until();
        let commit = self
            .commit(actor)
            .require(Require::Blob { repository: source.clone(), digest, present: true })
            .change(Change::LinkBlob { repository: self.name.clone(), digest, leased_until });
        match self.inner.commit(commit).await {
            Ok(_) => Ok(Some(BlobStat { digest, size: blob.size })),
            Err(Storage::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
