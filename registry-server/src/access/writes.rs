//! What may be written at all, whoever asks.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::error::Refusal;
use crate::route::Route;

/// What a server lets itself be asked to change, whoever asks.
///
/// Reading is always offered. What is not offered is refused with 405 and `UNSUPPORTED` (distribution-spec, "Deleting
/// tags", "Deleting manifests", "Deleting blobs").
///
/// ```
/// use std::sync::Arc;
///
/// use registry_engine::Registry;
/// use registry_server::{Server, Writes};
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
/// let server = Server::builder(registry).writes(Writes::KeepAll).build();
/// // While a backup is made:
/// server.set_writes(Writes::Nothing);
/// assert_eq!(server.writes(), Writes::Nothing);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Writes {
    /// Pushes and deletes.
    #[default]
    All,
    /// Pushes, and no deletes of blobs, manifests or tags. An upload that is under way can be cancelled.
    KeepAll,
    /// Nothing: the registry can only be read.
    Nothing,
}

/// What is offered now.
#[derive(Debug, Default)]
pub(crate) struct Offer(AtomicU8);

impl Offer {
    pub(crate) fn new(writes: Writes) -> Self {
        let offer = Self::default();
        offer.set(writes);
        offer
    }

    pub(crate) fn set(&self, writes: Writes) {
        let number = match writes {
            Writes::All => 0,
            Writes::KeepAll => 1,
            Writes::Nothing => 2,
        };
        self.0.store(number, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Writes {
        match self.0.load(Ordering::Relaxed) {
            0 => Writes::All,
            1 => Writes::KeepAll,
            _ => Writes::Nothing,
        }
    }

    /// Refuses what is not offered.
    ///
    /// # Errors
    /// The refusal to send, which names the methods that are left.
    pub(crate) fn check(&self, route: &Route) -> Result<(), Refusal> {
        match (self.now(), kind(route)) {
            (Writes::All, _) | (_, Kind::Read) | (Writes::KeepAll, Kind::Write { .. }) => Ok(()),
            (Writes::KeepAll, Kind::Delete { kept, .. }) => {
                Err(Refusal::not_allowed(kept, "this registry deletes nothing"))
            }
            (Writes::Nothing, Kind::Write { read } | Kind::Delete { read, .. }) => {
                Err(Refusal::not_allowed(read, "this registry can only be read"))
            }
        }
    }
}

/// What a route does, with the methods that are left where it is not offered.
enum Kind {
    Read,
    Write { read: &'static str },
    Delete { read: &'static str, kept: &'static str },
}

fn kind(route: &Route) -> Kind {
    match route {
        Route::BlobDelete { .. } => Kind::Delete { read: "GET, HEAD", kept: "GET, HEAD" },
        Route::ManifestDelete { .. } => Kind::Delete { read: "GET, HEAD", kept: "GET, HEAD, PUT" },
        Route::ManifestPut { .. } | Route::UploadAppend { .. } | Route::UploadFinish { .. } => {
            Kind::Write { read: "GET, HEAD" }
        }
        Route::UploadCancel { .. } => Kind::Write { read: "GET, HEAD" },
        Route::UploadStart { .. }
        | Route::BlobPut { .. }
        | Route::BlobMount { .. }
        | Route::TagRestore { .. } => Kind::Write { read: "" },
        Route::Base
        | Route::BlobRead { .. }
        | Route::UploadStatus { .. }
        | Route::ManifestRead { .. }
        | Route::TagList { .. }
        | Route::Catalog { .. }
        | Route::Referrers { .. }
        | Route::Metrics
        | Route::Discover { .. }
        | Route::TagHistory { .. }
        | Route::EventLog { .. }
        | Route::WebhookStatus
        | Route::SearchPing
        | Route::Search { .. } => Kind::Read,
    }
}
