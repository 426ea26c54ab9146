//! The changes of a commit: first whether they can be carried out, then, without a way to fail, the carrying out.

use std::collections::{BTreeMap, BTreeSet};

use super::state::State;
use crate::Result;
use crate::metadata::Change;
use crate::metadata::bounds::{LINK_OF_ABSENT, TAG_OF_ABSENT};
use crate::metadata::journal::Journal;

/// Goes through the changes without making them.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when one of them would link a blob that is not stored by then, or set a tag to a manifest that is
/// not readable by then.
pub(super) fn check(state: &State, changes: &[Change]) -> Result<()> {
    let mut stored = BTreeSet::new();
    let mut readable = BTreeMap::new();
    for change in changes {
        match change {
            Change::StoreBlob { digest, .. } => {
                stored.insert(digest);
            }
            Change::LinkBlob { digest, .. }
                if !stored.contains(digest) && !state.stored.contains_key(digest) =>
            {
                return Err(LINK_OF_ABSENT);
            }
            Change::PutManifest { repository, manifest } => {
                readable.insert((repository, &manifest.digest), true);
            }
            Change::DeleteManifest { repository, digest } => {
                readable.insert((repository, digest), false);
            }
            Change::SetTag { repository, digest, .. } => {
                let before =
                    || state.repositories.get(repository).is_some_and(|r| r.manifests.contains_key(digest));
                if !readable.get(&(repository, digest)).copied().unwrap_or_else(before) {
                    return Err(TAG_OF_ABSENT);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Carries out one change. [`check`] has passed it.
pub(super) fn apply(state: &mut State, journal: &mut Journal<'_>, change: &Change) {
    match change {
        Change::StoreBlob { digest, size, location } => state.store_blob(*digest, *size, location),
        Change::LinkBlob { repository, digest, leased_until } => {
            state.link_blob(journal, repository, *digest, *leased_until);
        }
        Change::UnlinkBlob { repository, digest } => state.unlink_blob(journal, repository, *digest),
        Change::RenewLease { repository, digest, leased_until } => {
            state.renew_lease(repository, *digest, *leased_until);
        }
        Change::PutManifest { repository, manifest } => state.put_manifest(journal, repository, manifest),
        Change::DeleteManifest { repository, digest } => {
            state.delete_manifest(journal, repository, *digest);
        }
        Change::SetTag { repository, tag, digest, cause } => {
            state.set_tag(journal, repository, tag, *digest, *cause);
        }
        Change::DeleteTag { repository, tag, cause } => state.delete_tag(journal, repository, tag, *cause),
        Change::PutUpload(upload) => state.put_upload(upload),
        Change::DeleteUpload { id } => {
            state.remove_upload(id);
        }
        Change::PutDocument { kind, key, value } => state.put_document(journal, kind, key, value),
        Change::DeleteDocument { kind, key } => state.delete_document(journal, kind, key),
        Change::PutJob { name, holder } => state.put_job(name, holder.clone()),
    }
}
