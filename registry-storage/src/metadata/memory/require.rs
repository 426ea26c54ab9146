//! The conditions of a commit.

use super::state::{Repository, State, Use};
use crate::metadata::Require;
use crate::{Error, Result};

/// # Errors
/// [`Error::Conflict`] with the first condition that does not hold.
pub(super) fn check(state: &State, requires: &[Require]) -> Result<()> {
    match requires.iter().position(|require| !holds(state, require)) {
        None => Ok(()),
        Some(index) => Err(Error::Conflict { index }),
    }
}

fn holds(state: &State, require: &Require) -> bool {
    let within = |name| state.repositories.get(name);
    let used = |name, digest, from| within(name).is_some_and(|r: &Repository| r.is_used(digest, from));
    match require {
        Require::Tag { repository, tag, is } => {
            within(repository).and_then(|r| r.tags.get(tag)).map(|record| record.digest) == *is
        }
        Require::Manifest { repository, digest, present } => {
            within(repository).is_some_and(|r| r.manifests.contains_key(digest)) == *present
        }
        Require::Blob { repository, digest, present } => {
            within(repository).is_some_and(|r| r.blobs.contains_key(digest)) == *present
        }
        Require::StoredBlob { digest, location } => {
            state.stored.get(digest).map(|blob| &blob.location) == location.as_ref()
        }
        Require::BlobUnused { repository, digest } => !used(repository, *digest, Use::Blob),
        Require::ManifestUnused { repository, digest } => !used(repository, *digest, Use::Child),
        Require::Upload { id, version } => state.uploads.get(id).map(|upload| upload.version) == *version,
        Require::UploadRoom { repository, below } => state.upload_count(repository.as_ref()) < *below,
        Require::Document { kind, key, version } => {
            state.documents.get(kind).and_then(|all| all.get(key)).map(|document| document.version)
                == *version
        }
        Require::Job { name, term, beat } => {
            let job = state.job(name);
            job.term == *term && beat.is_none_or(|beat| job.beat == beat)
        }
    }
}
