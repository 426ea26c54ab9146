//! Metadata in PostgreSQL.

use std::path::{Path, PathBuf};

use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};

use super::StoresError;
use crate::cli::config::Postgres;

/// Connects.
pub(super) async fn open(settings: &Postgres) -> Result<PostgresMetadataStore, StoresError> {
    let database = |source| StoresError::Database { source };
    PostgresMetadataStore::connect(&options(settings)?).await.map_err(database)
}

/// How to connect. Files are read now.
pub(in crate::cli) fn options(settings: &Postgres) -> Result<PostgresOptions, StoresError> {
    let url = settings.url.as_ref().map_or("", |url| url.reveal());
    let mut options = PostgresOptions::new(url);
    options.password = settings.password.as_ref().map(|password| password.reveal().to_owned());
    options.listen_url = settings.listen_url.as_ref().map(|url| url.reveal().to_owned());
    options.certificate_authorities = read(settings.ca_file.as_deref())?;
    options.client_certificate = read(settings.client_cert_file.as_deref())?;
    options.client_key = read(settings.client_key_file.as_deref())?;
    options.pooler = settings.pooler;
    options.connections = usize::try_from(settings.max_connections.get()).unwrap_or(usize::MAX);
    options.connect_timeout = settings.connect_timeout;
    options.statement_timeout = settings.statement_timeout;
    options.lock_timeout = settings.lock_timeout;
    options.patience = settings.patience;
    options.check_listen_url().map_err(|source| StoresError::Listening { source })?;
    Ok(options)
}

fn read(file: Option<&Path>) -> Result<Option<Vec<u8>>, StoresError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|source| StoresError::Certificate { path: PathBuf::from(path), source })
    };
    file.map(read).transpose()
}
