//! Bytes in Google Cloud Storage.

use registry_storage::Error;
use registry_storage::blob::{GcsCredentials, GcsOptions, ObjectBlobStore};

use super::objects;
use crate::cli::config::Gcs;

/// Connects, and tries what it relies on.
pub(super) async fn open(settings: &Gcs) -> Result<ObjectBlobStore, Error> {
    let objects = objects(&settings.prefix, settings.part_size, settings.concurrency, settings.memory);
    let mut options = GcsOptions::new(settings.bucket.as_deref().unwrap_or_default()).objects(objects);
    if let Some(endpoint) = &settings.endpoint {
        let endpoint = endpoint.as_str();
        options = options.endpoint(endpoint).allow_http(endpoint.starts_with("http://"));
    }
    if let Some(json) = &settings.service_account {
        options = options.credentials(GcsCredentials::service_account(json.reveal()));
    } else if let Some(token) = &settings.token {
        options = options.credentials(GcsCredentials::token(token.reveal()));
    }
    if let Some(file) = &settings.ca_file {
        options = options.ca_file(file)?;
    }
    ObjectBlobStore::open_gcs(options).await
}
