//! What each endpoint does: it hands what the request says to the engine and turns what comes back into a reply.
//!
//! A handler gets a [`Call`], which holds the witness that the request was let through. No rule of a registry lives
//! here.

mod base;
mod blob;
mod extension;
mod listing;
mod manifest;
mod metrics;
mod mount;
mod redirect;
mod referrers;
mod search;
mod upload;

use std::net::IpAddr;

use http::HeaderMap;
use registry_core::{Actor, RepositoryName};
use registry_engine::Repository;

use crate::access::Authorized;
use crate::body::Payload;
use crate::error::Refusal;
use crate::respond::Reply;
use crate::route::Route;
use crate::server::Shared;

pub(crate) use metrics::metrics;

/// A request that was let through.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) authorized: Authorized,
    pub(crate) headers: &'a HeaderMap,
    /// The client wants the headers and no body.
    pub(crate) head: bool,
    /// Where the client is, where that is known.
    pub(crate) peer: Option<IpAddr>,
}

impl Call<'_> {
    fn repository(&self, name: &RepositoryName) -> Repository {
        self.shared.registry.repository(name.clone())
    }

    const fn actor(&self) -> &Actor {
        self.authorized.actor()
    }
}

/// Does what the route means.
///
/// # Errors
/// The refusal to send.
pub(crate) async fn answer(call: &Call<'_>, route: Route, payload: &mut Payload) -> Result<Reply, Refusal> {
    match route {
        Route::Base => Ok(base::base()),
        Route::BlobRead { name, digest } => blob::read(call, &name, &digest).await,
        Route::BlobDelete { name, digest } => blob::delete(call, &name, &digest).await,
        Route::BlobPut { name, digest } => blob::put(call, payload, &name, &digest).await,
        Route::BlobMount { name, digest, from } => mount::mount(call, &name, &digest, from).await,
        Route::UploadStart { name, algorithm } => upload::start(call, &name, algorithm).await,
        Route::UploadAppend { name, id } => upload::append(call, payload, &name, &id).await,
        Route::UploadFinish { name, id, digest } => upload::finish(call, payload, &name, &id, &digest).await,
        Route::UploadStatus { name, id } => upload::status(call, &name, &id).await,
        Route::UploadCancel { name, id } => upload::cancel(call, &name, &id).await,
        Route::ManifestRead { name, reference } => manifest::read(call, &name, &reference).await,
        Route::ManifestPut { name, reference, tags } => {
            manifest::put(call, payload, &name, reference, tags).await
        }
        Route::ManifestDelete { name, reference } => manifest::delete(call, &name, &reference).await,
        Route::TagList { name, page } => listing::tags(call, &name, page).await,
        Route::Catalog { page } => listing::catalog(call, page).await,
        Route::Referrers { name, subject, artifact_type, page } => {
            referrers::list(call, &name, &subject, artifact_type.as_ref(), page).await
        }
        Route::Discover { name } => Ok(extension::discover(call, name.is_some())),
        Route::EventLog { name, query } => extension::event_log(call, name, &query).await,
        Route::WebhookStatus => extension::webhook_status(call).await,
        Route::TagHistory { name, tag, query } => extension::history(call, &name, &tag, &query).await,
        Route::TagRestore { name } => extension::restore(call, payload, &name).await,
        Route::Metrics => metrics(call.shared, call.shared.exposition.as_deref()).await,
        Route::SearchPing => Ok(search::ping()),
        Route::Search { term, n, page } => search::search(call, &term, n, page).await,
    }
}
