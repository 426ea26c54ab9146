//! Bytes in Azure Blob Storage.

use registry_storage::Error;
use registry_storage::blob::{AzureCredentials, AzureOptions, ObjectBlobStore};

use super::objects;
use crate::cli::config::Azure;

/// Connects, and tries what it relies on.
pub(super) async fn open(settings: &Azure) -> Result<ObjectBlobStore, Error> {
    let objects = objects(&settings.prefix, settings.part_size, settings.concurrency, settings.memory);
    let account = settings.account.as_deref().unwrap_or_default();
    let container = settings.container.as_deref().unwrap_or_default();
    let mut options =
        AzureOptions::new(account, container).credentials(credentials(settings)).objects(objects);
    if let Some(endpoint) = &settings.endpoint {
        let endpoint = endpoint.as_str();
        options = options.endpoint(endpoint).allow_http(endpoint.starts_with("http://"));
    }
    if let Some(file) = &settings.ca_file {
        options = options.ca_file(file)?;
    }
    ObjectBlobStore::open_azure(options).await
}

fn credentials(settings: &Azure) -> AzureCredentials {
    if let Some(key) = &settings.access_key {
        return AzureCredentials::key(key.reveal());
    }
    if let Some(signature) = &settings.sas_token {
        return AzureCredentials::shared_access(signature.reveal());
    }
    match (&settings.tenant_id, &settings.client_id, &settings.client_secret) {
        (Some(tenant), Some(client), Some(secret)) => {
            AzureCredentials::client_secret(tenant, client, secret.reveal())
        }
        _ => AzureCredentials::environment(),
    }
}
