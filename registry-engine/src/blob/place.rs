//! Making verified bytes readable.

use registry_core::{Actor, Digest};
use registry_storage::metadata::{StoredBlob, UploadRecord};
use registry_storage::{Change, Commit, Error as Storage, Location, Require, UploadToken};

use crate::repository::ATTEMPTS;
use crate::upload::unchanged;
use crate::{BlobStat, Error, Repository, Result};

/// Verified bytes that nobody can read yet.
#[derive(Debug)]
pub(crate) enum Own {
    /// Still an upload.
    Upload(UploadToken),
    /// Permanent, at a location that no metadata names.
    Location(Location),
}

impl Repository {
    /// Makes verified bytes readable under their digest, and ends the session they came from, in one commit.
    ///
    /// Bytes that are stored already under the digest are used instead, if they can be read, so that one copy is
    /// kept however many upload it at once (I-14); if they cannot, these bytes take their place.
    pub(crate) async fn place(
        &self,
        actor: &Actor,
        digest: &Digest,
        size: u64,
        own: Own,
        session: Option<&UploadRecord>,
    ) -> Result<BlobStat> {
        let mut own = own;
        for _ in 0..ATTEMPTS {
            let stored = self.inner.metadata.stored_blob(digest).await?;
            let usable = match &stored {
                Some(stored) => self.usable(stored, size).await?,
                None => false,
            };
            if !usable {
                own = Own::Location(self.made_permanent(actor, own, size, session).await?);
            }
            let commit = self.placing(actor, digest, size, stored, &own, usable, session);
            match self.inner.commit(commit).await {
                Ok(_) => {
                    if usable {
                        self.discard(own).await;
                    }
                    return Ok(BlobStat { digest: *digest, size });
                }
                Err(Storage::Conflict { index: 0 }) => {}
                Err(Storage::Conflict { .. }) => {
                    let error = match session {
                        Some(record) => self.overtaken(&record.id).await,
                        None => Error::contended(),
                    };
                    self.discard_unused(digest, own).await;
                    return Err(error);
                }
                Err(error) => return Err(self.not_placed(own, session, error).await),
            }
        }
        Err(Error::contended())
    }

    /// Whether stored bytes can be read and are as many as the verified ones.
    async fn usable(&self, stored: &StoredBlob, size: u64) -> Result<bool> {
        if stored.size != size {
            return Ok(false);
        }
        match self.inner.blobs.probe(&stored.location, stored.size).await {
            Ok(()) => Ok(true),
            Err(Storage::NotFound { .. } | Storage::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn made_permanent(
        &self,
        actor: &Actor,
        own: Own,
        size: u64,
        session: Option<&UploadRecord>,
    ) -> Result<Location> {
        match own {
            Own::Location(location) => Ok(location),
            Own::Upload(token) => match (self.inner.blobs.commit(&token, size).await, session) {
                (Ok(location), _) => Ok(location),
                (Err(error), Some(record)) => Err(self.store_failed(actor, record, error).await),
                (Err(error), None) => {
                    self.discard(Own::Upload(token)).await;
                    Err(error.into())
                }
            },
        }
    }

    /// The commit that makes the blob readable. Its first condition is about the stored bytes.
    #[allow(clippy::too_many_arguments)] // Everything that one commit is made of.
    fn placing(
        &self,
        actor: &Actor,
        digest: &Digest,
        size: u64,
        stored: Option<StoredBlob>,
        own: &Own,
        usable: bool,
        session: Option<&UploadRecord>,
    ) -> Commit {
        let (digest, repository) = (*digest, self.name.clone());
        let replaced = stored.is_some();
        let mut commit = self
            .commit(actor)
            .require(Require::StoredBlob { digest, location: stored.map(|stored| stored.location) });
        if let (false, Own::Location(location)) = (usable, own) {
            commit = commit.change(Change::StoreBlob { digest, size, location: location.clone() });
            if replaced {
                // Whoever remembers the former location is told by the events of the link (M-17).
                commit = commit.change(Change::UnlinkBlob { repository: repository.clone(), digest });
            }
        }
        let leased_until = self.inner.leased_until();
        commit = commit.change(Change::LinkBlob { repository, digest, leased_until });
        match session {
            Some(record) => commit.require(unchanged(record)).change(Change::DeleteUpload { id: record.id }),
            None => commit,
        }
    }

    /// After a commit that failed for another reason than its conditions.
    async fn not_placed(&self, own: Own, session: Option<&UploadRecord>, error: Storage) -> Error {
        match (&own, session, &error) {
            // The session still stands and goes on from these bytes.
            (Own::Upload(_), Some(_), _) => {}
            // Whether the metadata names the location is unknown, unless it said that nothing has changed.
            (Own::Location(_), _, Storage::Full { .. }) | (Own::Upload(_), None, _) => {
                self.discard(own).await;
            }
            (Own::Location(_), ..) => {}
        }
        error.into()
    }

    /// Gives bytes back unless the metadata names them: another process may have placed the very same ones.
    async fn discard_unused(&self, digest: &Digest, own: Own) {
        if let Own::Location(location) = &own {
            match self.inner.metadata.stored_blob(digest).await {
                Ok(Some(stored)) if stored.location == *location => return,
                Ok(_) => {}
                // What cannot be looked up is left to later cleaning.
                Err(_) => return,
            }
        }
        self.discard(own).await;
    }

    /// Gives bytes back that are not needed. What cannot be given back now is left to later cleaning.
    pub(crate) async fn discard(&self, own: Own) {
        let _ = match own {
            Own::Upload(token) => self.inner.blobs.abort(&token).await,
            Own::Location(location) => self.inner.blobs.delete(&location).await,
        };
    }
}
