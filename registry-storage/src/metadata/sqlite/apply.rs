//! The changes of a commit.

use registry_core::Event;
use rusqlite::Connection;

use super::failure::Sql;
use super::{blobs, documents, events, jobs, manifests, tags, uploads};
use crate::metadata::journal::Journal;
use crate::metadata::{Change, Commit};

/// Carries out the changes in their order and appends their events to the log, of which `last` is the newest number.
///
/// # Errors
/// When a change cannot be carried out; some of the others then are, and the caller takes them back.
pub(super) fn apply(connection: &Connection, commit: &Commit, last: u64) -> Sql<Vec<Event>> {
    let mut journal = Journal::new(commit, last);
    for change in &commit.changes {
        apply_one(connection, &mut journal, commit, change)?;
    }
    let events = journal.into_events();
    for event in &events {
        events::append(connection, event)?;
    }
    Ok(events)
}

fn apply_one(
    connection: &Connection,
    journal: &mut Journal<'_>,
    commit: &Commit,
    change: &Change,
) -> Sql<()> {
    match change {
        Change::StoreBlob { digest, size, location } => blobs::store(connection, digest, *size, location),
        Change::LinkBlob { repository, digest, leased_until } => {
            blobs::link(connection, journal, repository, digest, *leased_until)
        }
        Change::UnlinkBlob { repository, digest } => blobs::unlink(connection, journal, repository, digest),
        Change::RenewLease { repository, digest, leased_until } => {
            blobs::renew(connection, repository, digest, *leased_until)
        }
        Change::PutManifest { repository, manifest } => {
            manifests::put(connection, journal, repository, manifest)
        }
        Change::DeleteManifest { repository, digest } => {
            manifests::delete(connection, journal, repository, digest, commit.at)
        }
        Change::SetTag { repository, tag, digest, cause } => {
            tags::set(connection, journal, repository, tag, digest, *cause)
        }
        Change::DeleteTag { repository, tag, cause } => {
            tags::delete(connection, journal, repository, tag, *cause)
        }
        Change::PutUpload(upload) => uploads::put(connection, upload),
        Change::DeleteUpload { id } => uploads::delete(connection, *id),
        Change::PutDocument { kind, key, value } => documents::put(connection, journal, kind, key, value),
        Change::DeleteDocument { kind, key } => documents::delete(connection, journal, kind, key),
        Change::PutJob { name, holder } => jobs::put(connection, name, holder.as_deref()),
    }
}
