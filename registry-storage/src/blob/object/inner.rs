//! What the parts of a store share.

use super::ObjectOptions;
use super::budget::Budget;
use super::layout::{Beside, Layout};
use super::ledger::Ledger;
use super::service::Service;
use super::state::State;

/// What the parts of a store share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) service: Service,
    pub(super) layout: Layout,
    pub(super) options: ObjectOptions,
    pub(super) budget: Budget,
    pub(super) ledger: Ledger,
    pub(super) conditions: Conditions,
}

/// What was found out about the service when the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conditions {
    /// Multipart uploads are listed by the beginning of their key, with the time they were begun.
    pub(super) lists_uploads: bool,
    /// A multipart upload is completed once: to do it again is refused, or an object that is there is.
    pub(super) completes_once: bool,
    /// An object that is there is not overwritten when the request says so.
    pub(super) creates_once: bool,
}

impl Inner {
    /// The keys of all objects beside an upload that its state tells of.
    pub(super) fn keys_beside(&self, state: &State) -> Vec<String> {
        let tails = state.tail_objects().chain(state.gone.iter().copied()).map(Beside::Tail);
        let markers = state.multipart.iter().flat_map(|multipart| multipart.marker.iter().copied());
        let beside = tails.chain(markers.map(Beside::Marker)).chain(state.own_key().map(Beside::Key));
        let mut keys: Vec<String> = beside.map(|what| self.layout.beside(state.id, what)).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// Removes objects, all at once; what remains is found as stale later.
    pub(super) async fn delete_all(&self, keys: &[String]) -> crate::Result<()> {
        let deletes = keys.iter().map(|key| self.service.delete(key));
        futures_util::future::join_all(deletes).await.into_iter().collect()
    }

    /// Gives the parts of the multipart upload back, if there is one.
    pub(super) async fn abort_parts(&self, state: &State) -> crate::Result<()> {
        let Some(multipart) = &state.multipart else { return Ok(()) };
        let key = self.layout.blob(state.blob());
        self.service.dialect.abort(&key, &multipart.upload, self.conditions.creates_once).await
    }
}
