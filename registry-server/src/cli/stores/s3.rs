//! Bytes in S3.

use registry_storage::Error;
use registry_storage::blob::{Credentials, ObjectBlobStore, S3Encryption, S3Options};

use super::objects;
use crate::cli::config::{Encryption, S3};

/// Connects, and tries what it relies on.
pub(super) async fn open(settings: &S3) -> Result<ObjectBlobStore, Error> {
    ObjectBlobStore::open_s3(options(settings)?).await
}

pub(super) fn options(settings: &S3) -> Result<S3Options, Error> {
    let mut options = S3Options::new(settings.bucket.as_deref().unwrap_or_default())
        .region(&settings.region)
        .credentials(credentials(settings)?)
        .unsigned_payload(settings.unsigned_payload)
        .objects(objects(&settings.prefix, settings.part_size, settings.concurrency, settings.memory));
    let endpoints = [&settings.endpoint, &settings.public_endpoint];
    let plain =
        endpoints.iter().any(|url| url.as_ref().is_some_and(|url| url.as_str().starts_with("http://")));
    options = options.allow_http(plain);
    if let Some(endpoint) = &settings.endpoint {
        options = options.endpoint(endpoint.as_str());
    }
    if let Some(endpoint) = &settings.public_endpoint {
        options = options.public_endpoint(endpoint.as_str());
    }
    if settings.virtual_host {
        options = options.virtual_host(true);
    }
    if let Some(encryption) = encryption(settings) {
        options = options.encryption(encryption);
    }
    match &settings.ca_file {
        Some(file) => options.ca_file(file),
        None => Ok(options),
    }
}

fn credentials(settings: &S3) -> Result<Credentials, Error> {
    match (&settings.access_key, &settings.secret_key, &settings.session_token, &settings.credentials_file) {
        (Some(id), Some(secret), Some(token), _) => {
            Ok(Credentials::session(id.reveal(), secret.reveal(), token.reveal()))
        }
        (Some(id), Some(secret), None, _) => Ok(Credentials::key(id.reveal(), secret.reveal())),
        (.., Some(file)) => Credentials::file(file, &settings.profile),
        _ => Ok(Credentials::environment()),
    }
}

fn encryption(settings: &S3) -> Option<S3Encryption> {
    let kms_key = || settings.kms_key.clone().unwrap_or_default();
    match settings.encryption {
        Encryption::Bucket => None,
        Encryption::S3 => Some(S3Encryption::S3),
        Encryption::Kms => Some(S3Encryption::Kms { key: kms_key() }),
        Encryption::DualKms => Some(S3Encryption::DualKms { key: kms_key() }),
        Encryption::Customer => {
            let key = settings.customer_key.as_ref().map_or("", |key| key.reveal()).to_owned();
            Some(S3Encryption::Customer { key })
        }
    }
}
