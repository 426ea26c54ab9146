//! Which blobs are readable in a repository.

use futures_util::StreamExt;
use registry_core::{Actor, Digest};
use registry_storage::metadata::StoredBlob;
use registry_storage::{Change, Commit, Error as Storage, Location, Require};

use super::run::{Run, place};
use super::{Linked, Trouble};
use crate::blob::Own;
use crate::repository::ATTEMPTS;
use crate::{Error, Repository, Result};

/// How many blobs become readable in one commit.
const TOGETHER: usize = 64;

/// A blob that is ready to become readable.
struct Ready {
    linked: Linked,
    size: u64,
    /// Where the metadata says that its bytes lie.
    known: Option<Location>,
    /// Where they lie now, if that is somewhere else.
    own: Option<Location>,
}

impl Run<'_> {
    /// Makes the blobs readable, many in one commit.
    pub(super) async fn blobs(&self, repository: &Repository) -> Result<()> {
        let found = self.import.source.blobs(repository.name());
        let ready = found.map(|found| async move {
            match found {
                Ok(linked) => self.ready(repository, linked).await,
                Err(trouble) => Err(trouble),
            }
        });
        let mut together = ready.buffer_unordered(self.import.at_once).chunks(TOGETHER);
        while let Some(outcomes) = together.next().await {
            let mut blobs = Vec::new();
            for outcome in outcomes {
                blobs.extend(self.keep(outcome)?.flatten());
            }
            self.link(repository, blobs).await?;
        }
        Ok(())
    }

    /// Brings the bytes, unless they are here; nothing is left to do for a blob that is readable already.
    async fn ready(&self, repository: &Repository, linked: Linked) -> Result<Option<Ready>, Trouble> {
        let metadata = &repository.inner.metadata;
        let digest = linked.digest;
        if metadata.blob(repository.name(), &digest).await.map_err(Error::from)?.is_some() {
            return Ok(None);
        }
        let stored = metadata.stored_blob(&digest).await.map_err(Error::from)?;
        let known = stored.as_ref().map(|stored| stored.location.clone());
        if let Some(StoredBlob { size, location, .. }) = stored
            && (self.import.dry || self.is_there(&location, size).await?)
        {
            return Ok(Some(Ready { linked, size, known, own: None }));
        }
        let (own, size) = self.bring(&place(repository, "blob", digest), &linked).await?;
        Ok(Some(Ready { linked, size, known, own: Some(own) }))
    }

    async fn is_there(&self, location: &Location, size: u64) -> Result<bool> {
        match self.import.target.inner.blobs.probe(location, size).await {
            Ok(()) => Ok(true),
            Err(Storage::NotFound { .. } | Storage::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn link(&self, repository: &Repository, blobs: Vec<Ready>) -> Result<()> {
        if blobs.is_empty() {
            return Ok(());
        }
        let commit = blobs
            .iter()
            .fold(repository.commit(&Actor::system()), |commit, blob| blob.linking(commit, repository));
        match repository.inner.commit(commit).await {
            Ok(_) => self.progress(|counts| counts.links += blobs.len() as u64),
            // Somebody else brought one of them meanwhile.
            Err(Storage::Conflict { .. }) => {
                for blob in blobs {
                    self.link_one(repository, blob).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn link_one(&self, repository: &Repository, mut blob: Ready) -> Result<()> {
        for _ in 0..ATTEMPTS {
            if let Some(own) = blob.own.take() {
                let own = Own::Location(own);
                repository.place(&Actor::system(), &blob.linked.digest, blob.size, own, None).await?;
                self.progress(|counts| counts.links += 1);
                return Ok(());
            }
            match repository.inner.commit(blob.linking(repository.commit(&Actor::system()), repository)).await
            {
                Ok(_) => {
                    self.progress(|counts| counts.links += 1);
                    return Ok(());
                }
                Err(Storage::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            match self.keep(self.ready(repository, blob.linked).await)?.flatten() {
                Some(again) => blob = again,
                None => return Ok(()),
            }
        }
        Err(Error::contended())
    }
}

impl Ready {
    /// The commit with this blob. It must still lie where it was found to lie.
    fn linking(&self, commit: Commit, repository: &Repository) -> Commit {
        let digest: Digest = self.linked.digest;
        let mut commit = commit.require(Require::StoredBlob { digest, location: self.known.clone() });
        if let Some(location) = &self.own {
            commit = commit.change(Change::StoreBlob { digest, size: self.size, location: location.clone() });
        }
        let leased_until = repository.inner.leased_until();
        commit.change(Change::LinkBlob { repository: repository.name().clone(), digest, leased_until })
    }
}
