//! Who watches the server, and who may look.

use std::net::SocketAddr;
use std::sync::Arc;

use registry_server::observe::{AccessLog, Compat, LineFormat, Metrics, MetricsOptions};
use registry_server::{Admin, Server, ServerBuilder, serve_admin};
use registry_storage::{BlobStore, MetadataStore, Observed};

use super::beside::Beside;
use super::config::{Config, Format, Names};
use super::lines::Lines;
use super::listener::{self, ListenError};

/// The access log, and measurements where they are wanted. Whether the access log is written is decided by the log.
pub(super) struct Watch {
    metrics: Option<Arc<Metrics>>,
    admin: Option<SocketAddr>,
    access: AccessLog,
}

impl Watch {
    pub(super) fn new(config: &Config, lines: Arc<Lines>) -> Self {
        let wanted = &config.metrics;
        let mut options = MetricsOptions::default();
        options.repositories = wanted.repository_label;
        let compat = |name: &Names| match name {
            Names::Distribution => Compat::Distribution,
            Names::Openshift => Compat::OpenShift,
        };
        options.compat = wanted.compat.iter().map(compat).collect();
        let metrics = wanted.enabled.then(|| Arc::new(Metrics::new(&options)));
        let format = match config.log.format {
            Format::Text => LineFormat::Text,
            Format::Json => LineFormat::Json,
        };
        Self { metrics, admin: config.http.admin, access: AccessLog::lines(format, lines) }
    }

    /// The store, watched.
    pub(super) fn blobs(&self, store: Arc<dyn BlobStore>) -> Arc<dyn BlobStore> {
        match &self.metrics {
            Some(metrics) => Arc::new(Observed::new(store, Arc::<Metrics>::clone(metrics))),
            None => store,
        }
    }

    /// The store, watched.
    pub(super) fn metadata(&self, store: Arc<dyn MetadataStore>) -> Arc<dyn MetadataStore> {
        match &self.metrics {
            Some(metrics) => Arc::new(Observed::new(store, Arc::<Metrics>::clone(metrics))),
            None => store,
        }
    }

    /// The server, watched; it tells what was measured itself unless there is an admin address.
    pub(super) fn server(&self, builder: ServerBuilder) -> ServerBuilder {
        // The log decides what of it is written, and can be told otherwise later.
        let builder = builder.observer(Arc::new(self.access.clone()));
        match &self.metrics {
            Some(metrics) if self.admin.is_none() => {
                builder.observer(Arc::<Metrics>::clone(metrics)).exposition(Arc::<Metrics>::clone(metrics))
            }
            Some(metrics) => builder.observer(Arc::<Metrics>::clone(metrics)),
            None => builder,
        }
    }

    /// Begins to answer on the admin address, where there is one.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub(super) async fn admin(&self, server: &Server, beside: &mut Beside) -> Result<(), ListenError> {
        let Some(address) = self.admin else { return Ok(()) };
        let listener = listener::bind(address).await?;
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "health and metrics are on the admin address");
        }
        let admin = Admin::new(server.clone());
        let admin = match &self.metrics {
            Some(metrics) => admin.exposition(Arc::<Metrics>::clone(metrics)),
            None => admin,
        };
        beside.begin(|stopped| async {
            if let Err(error) = serve_admin(listener, admin, stopped.wait()).await {
                tracing::error!(%error, "the admin address is not served any more");
            }
        });
        Ok(())
    }
}
