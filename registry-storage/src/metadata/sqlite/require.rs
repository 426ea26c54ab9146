//! The conditions of a commit.

use rusqlite::Connection;

use super::failure::Sql;
use super::{blobs, documents, jobs, manifests, tags, uploads};
use crate::Error;
use crate::metadata::Require;

/// # Errors
/// [`Error::Conflict`] with the first condition that does not hold.
pub(super) fn check(connection: &Connection, requires: &[Require]) -> Sql<()> {
    for (index, require) in requires.iter().enumerate() {
        if !holds(connection, require)? {
            return Err(Error::Conflict { index }.into());
        }
    }
    Ok(())
}

fn holds(connection: &Connection, require: &Require) -> Sql<bool> {
    Ok(match require {
        Require::Tag { repository, tag, is } => {
            tags::find(connection, repository, tag)?.map(|record| record.digest) == *is
        }
        Require::Manifest { repository, digest, present } => {
            manifests::size(connection, repository, digest)?.is_some() == *present
        }
        Require::Blob { repository, digest, present } => {
            blobs::size(connection, repository, digest)?.is_some() == *present
        }
        Require::StoredBlob { digest, location } => {
            blobs::stored(connection, digest)?.map(|blob| blob.location) == *location
        }
        Require::BlobUnused { repository, digest } => !manifests::is_named(connection, repository, digest)?,
        Require::ManifestUnused { repository, digest } => {
            !manifests::is_child(connection, repository, digest)?
        }
        Require::Upload { id, version } => {
            uploads::find(connection, *id)?.map(|upload| upload.version) == *version
        }
        Require::UploadRoom { repository, below } => {
            uploads::count(connection, repository.as_ref())? < *below
        }
        Require::Document { kind, key, version } => documents::version(connection, kind, key)? == *version,
        Require::Job { name, term, beat } => {
            let job = jobs::find(connection, name)?;
            job.term == *term && beat.is_none_or(|beat| job.beat == beat)
        }
    })
}
