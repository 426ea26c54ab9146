//! From a configuration to a registry and its server.

use std::num::NonZeroU64;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::delivery::Deliveries;
use registry_engine::{Registry, Settings};
use registry_server::{Server, ServerBuilder};
use registry_storage::blob::BlobStore;
use registry_storage::metadata::MetadataStore;

use super::config::Config;

/// The registry on these stores.
pub(super) fn registry(
    config: &Config,
    blobs: Arc<dyn BlobStore>,
    metadata: Arc<dyn MetadataStore>,
) -> Registry {
    Registry::builder(blobs, metadata).settings(settings(config)).build()
}

/// What it decides by.
pub(super) fn settings(config: &Config) -> Settings {
    let mut settings = Settings::default();
    settings.max_manifest_bytes = config.limits.manifest_bytes.0;
    settings.lease_window = config.uploads.lease;
    settings.upload_expiry = config.uploads.expire;
    settings.max_uploads_per_repository = config.uploads.per_repository.get();
    settings.max_uploads = config.uploads.total.get();
    settings.sparse = config.content.policy();
    settings
}

/// The server for it.
pub(super) fn server(config: &Config, registry: Registry, deliveries: Deliveries) -> ServerBuilder {
    Server::builder(registry)
        .authorizer(Arc::new(EveryoneMay))
        .max_page(count(config.http.max_page))
        .limits(config.limits.wire())
        .writes(config.http.writes())
        .redirects(config.redirects.wire())
        .event_log(config.events.enabled)
        .deliveries(deliveries)
}

fn count(number: NonZeroU64) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}
