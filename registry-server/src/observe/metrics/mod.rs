//! Measurements for Prometheus.

mod compat;
mod configuration;
mod handles;
mod http;
mod labels;
mod process;
mod repositories;
mod state;
mod storage;
mod text;

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use registry_storage::{StoreCall, StoreObserver};

pub use compat::{Compat, UnknownCompat};

use self::compat::Aliases;
use self::http::HttpMetrics;
use self::repositories::RepositoryMetrics;
use self::state::StateMetrics;
use self::storage::StorageMetrics;
use super::{Exposition, Facts, Finished, Observer};

/// Counts and times everything a server and its stores do, and writes it down for Prometheus.
///
/// It is an [`Observer`] for the server, a [`StoreObserver`] for the stores, and an [`Exposition`] for `/metrics`. Each
/// value counts for itself; there is no global one.
///
/// ```
/// use std::sync::Arc;
///
/// use registry_auth::EveryoneMay;
/// use registry_engine::Registry;
/// use registry_server::Server;
/// use registry_server::observe::{Metrics, MetricsOptions};
/// use registry_storage::Observed;
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// let metrics = Arc::new(Metrics::new(&MetricsOptions::default()));
/// let blobs = Observed::new(Arc::new(MemoryBlobStore::new()), metrics.clone());
/// let metadata = Observed::new(Arc::new(MemoryMetadataStore::new()), metrics.clone());
/// let server = Server::builder(Registry::new(Arc::new(blobs), Arc::new(metadata)))
///     .authorizer(Arc::new(EveryoneMay))
///     .observer(metrics.clone())
///     .exposition(metrics)
///     .build();
/// ```
pub struct Metrics {
    registry: Registry,
    http: HttpMetrics,
    storage: StorageMetrics,
    state: StateMetrics,
    repositories: Option<RepositoryMetrics>,
    aliases: Aliases,
}

/// What is measured beside the usual.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MetricsOptions {
    /// Count requests by repository as well. Each repository that is asked for is a time series of its own, so this is
    /// for registries with few; the first 1,000 are told apart.
    pub repositories: bool,
    /// Repeat some of it under the names of other registries, so that their dashboards go on.
    pub compat: Vec<Compat>,
}

impl Metrics {
    /// Nothing is counted so far.
    #[must_use]
    pub fn new(options: &MetricsOptions) -> Self {
        let mut registry = Registry::default();
        process::register(&mut registry);
        let http = HttpMetrics::register(&mut registry);
        let storage = StorageMetrics::register(&mut registry);
        let state = StateMetrics::register(&mut registry);
        let repositories = options.repositories.then(|| RepositoryMetrics::register(&mut registry));
        let aliases = Aliases::register(&mut registry, &options.compat);
        Self { registry, http, storage, state, repositories, aliases }
    }
}

impl Observer for Metrics {
    fn begun(&self) {
        self.http.begun();
        self.aliases.begun();
    }

    fn finished(&self, request: &Finished<'_>) {
        self.http.finished(request);
        if let Some(repositories) = &self.repositories {
            repositories.finished(request);
        }
        self.aliases.finished(request);
    }

    fn connected(&self) {
        self.http.connected();
    }

    fn disconnected(&self) {
        self.http.disconnected();
    }

    fn limited(&self, limit: &'static str) {
        self.http.limited(limit);
    }
}

impl StoreObserver for Metrics {
    fn called(&self, call: &StoreCall<'_>) {
        self.storage.called(call);
        self.aliases.called(call);
    }
}

impl Exposition for Metrics {
    fn expose(&self, facts: &Facts) -> String {
        self.state.set(facts);
        self.aliases.set(facts);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text::from_openmetrics(&text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("repositories", &self.repositories.is_some()).finish_non_exhaustive()
    }
}
