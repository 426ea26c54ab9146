//! Metadata in PostgreSQL.

use registry_storage::Error;
use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};

use crate::cli::config::Postgres;

/// Connects.
pub(super) async fn open(settings: &Postgres) -> Result<PostgresMetadataStore, Error> {
    let url = settings.url.as_ref().map_or("", |url| url.reveal());
    let mut options = PostgresOptions::new(url);
    options.password = settings.password.as_ref().map(|password| password.reveal().to_owned());
    options.pooler = settings.pooler;
    options.connections = usize::try_from(settings.max_connections.get()).unwrap_or(usize::MAX);
    options.connect_timeout = settings.connect_timeout;
    options.statement_timeout = settings.statement_timeout;
    options.lock_timeout = settings.lock_timeout;
    options.patience = settings.patience;
    PostgresMetadataStore::connect(&options).await
}
