//! The bytes of a blob on their way into the store.

use futures_util::{StreamExt, TryStreamExt};
use registry_core::{Digest, Hasher};
use registry_storage::{BlobRead, BoxError, Error as Storage, Location};

use super::finding::with_causes;
use super::run::Run;
use super::{Finding, Linked, Trouble};
use crate::blob::take;
use crate::upload::verify;
use crate::{Error, Result};

impl Run<'_> {
    /// Makes the bytes permanent at a location that nobody knows yet, and verifies them.
    pub(super) async fn bring(&self, place: &str, linked: &Linked) -> Result<(Location, u64), Trouble> {
        let size = match self.import.source.size(&linked.stored_as).await {
            Ok(Some(size)) => size,
            // What is left of a collection: the other registry does not serve it any more.
            Ok(None) => return Err(Finding::note(place, "its bytes are gone").into()),
            Err(error) => return Err(Trouble::reading(place, error)),
        };
        if size == 0 && linked.digest != Digest::of(linked.digest.algorithm(), b"") {
            return Err(Finding::loss(place, "its file is empty").into());
        }
        if self.import.dry {
            if !self.is_trusted(linked) {
                let read = self.import.source.read(&linked.stored_as, size).await;
                let read = read.map_err(|error| Trouble::reading(place, error))?;
                hash(place, &linked.digest, read).await?;
            }
            self.progress(|counts| {
                (counts.adopted, counts.adopted_bytes) = (counts.adopted + 1, counts.adopted_bytes + size);
            });
            return Ok((Location::from("nowhere"), size));
        }
        if let Some(location) = self.adopt(place, linked, size).await? {
            self.progress(|counts| {
                (counts.adopted, counts.adopted_bytes) = (counts.adopted + 1, counts.adopted_bytes + size);
            });
            return Ok((location, size));
        }
        let location = self.copy(place, linked, size).await?;
        self.progress(|counts| {
            (counts.copied, counts.copied_bytes) = (counts.copied + 1, counts.copied_bytes + size);
        });
        Ok((location, size))
    }

    /// Whether the bytes need not be read to be believed.
    fn is_trusted(&self, linked: &Linked) -> bool {
        self.import.trusting && linked.digest == linked.stored_as
    }

    /// Uses the bytes where they lie, if the store can. They are verified as they are found at their new location, so
    /// that nobody can put others there in between.
    async fn adopt(&self, place: &str, linked: &Linked, size: u64) -> Result<Option<Location>, Trouble> {
        let blobs = &self.import.target.inner.blobs;
        let foreign = self.import.source.place(&linked.stored_as).filter(|_| !self.import.copying);
        let Some(foreign) = foreign else { return Ok(None) };
        let location = match blobs.adopt(&foreign, size).await {
            Ok(Some(location)) => location,
            Ok(None) => return Ok(None),
            Err(error @ (Storage::NotFound { .. } | Storage::Corrupt { .. })) => {
                return Err(Trouble::reading(place, error));
            }
            Err(error @ Storage::Unavailable { .. }) => return Err(Trouble::Everywhere(error.into())),
            // What cannot be used where it lies may still be read.
            Err(_) => return Ok(None),
        };
        if self.is_trusted(linked) {
            return Ok(Some(location));
        }
        let verified = match blobs.read(&location, size, 0..size).await {
            Ok(read) => hash(place, &linked.digest, read).await,
            Err(error) => Err(Trouble::reading(place, error)),
        };
        if let Err(trouble) = verified {
            // Nobody knows the location. What cannot be given back now is left to later cleaning.
            let _ = blobs.delete(&location).await;
            return Err(trouble);
        }
        Ok(Some(location))
    }

    /// Writes the bytes anew, verified on the way.
    async fn copy(&self, place: &str, linked: &Linked, size: u64) -> Result<Location, Trouble> {
        let read = self.import.source.read(&linked.stored_as, size).await;
        let read = read.map_err(|error| Trouble::reading(place, error))?;
        let store = &*self.import.target.inner.blobs;
        let body = read.map_err(BoxError::from).boxed();
        let (token, size) = match take(store, &linked.digest, Some(size), body).await {
            Ok(taken) => taken,
            Err(Error::Interrupted { source }) => return Err(interrupted(place, source)),
            Err(error @ (Error::DigestMismatch { .. } | Error::SizeMismatch { .. })) => {
                return Err(Finding::loss(place, error).into());
            }
            Err(error) => return Err(error.into()),
        };
        let committed = store.commit(&token, size).await;
        committed.map_err(|error| Trouble::Everywhere(error.into()))
    }
}

/// Reads to the end and holds the bytes against their digest.
async fn hash(place: &str, digest: &Digest, mut read: BlobRead) -> Result<(), Trouble> {
    let mut hasher = Hasher::new(digest.algorithm());
    while let Some(bytes) = read.try_next().await.map_err(|error| Trouble::reading(place, error))? {
        hasher.update(&bytes);
    }
    let actual =
        hasher.digest(digest.algorithm()).ok_or(Error::Unsupported { what: "the digest algorithm" })?;
    verify(digest, actual).map_err(|error| Finding::loss(place, error).into())
}

/// What it means that the bytes of the source ended early.
fn interrupted(place: &str, source: BoxError) -> Trouble {
    match source.downcast::<Storage>() {
        Ok(error) => Trouble::reading(place, *error),
        Err(source) => Finding::loss(place, format!("it cannot be read: {}", with_causes(&*source))).into(),
    }
}
