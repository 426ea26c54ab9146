//! What each value allows by itself and all of them together do not.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use super::Config;
use super::reader::Effective;
use super::section::{Blobs, Encryption, Metadata, Webhook};
use super::shape::Secret;
use super::tree::Problem;

/// Where nothing at all would refuse everything.
const MORE_THAN_NOTHING: [&str; 14] = [
    "header_timeout",
    "idle_timeout",
    "body_idle_timeout",
    "head_bytes",
    "uri_bytes",
    "manifest_bytes",
    "expire",
    "expiry",
    "timeout",
    "backoff_max",
    "connect_timeout",
    "statement_timeout",
    "lock_timeout",
    "patience",
];

/// Everything that makes no sense.
pub(super) fn problems(config: &Config, values: &[Effective]) -> Vec<Problem> {
    let nothing = values.iter().filter(|value| {
        let is_nothing = value.value == "0s" || value.value == 0;
        is_nothing && MORE_THAN_NOTHING.contains(&value.setting.key)
    });
    let mut problems: Vec<Problem> = nothing
        .map(|value| Problem::at(&value.origin, format!("`{}` must be more than nothing", value.path)))
        .collect();
    for (path, text) in lacking(config) {
        let place = values.iter().find(|value| value.path == path).map(|value| &value.origin);
        problems.push(place.map_or_else(|| Problem::general(text), |place| Problem::at(place, text)));
    }
    for (index, webhook) in config.webhooks.iter().enumerate() {
        for (key, text) in unusable(webhook) {
            let path = format!("webhooks.{index}.{key}");
            let place = values.iter().find(|value| value.path == path).map(|value| &value.origin);
            problems.push(place.map_or_else(|| Problem::general(&text), |place| Problem::at(place, &text)));
        }
        if config.webhooks[..index].iter().any(|other| other.name == webhook.name) {
            let path = format!("webhooks.{index}.name");
            let place = values.iter().find(|value| value.path == path).map(|value| &value.origin);
            let text = format!(
                "another webhook is called {:?}: their places in the log need names of their own",
                webhook.name
            );
            problems.push(place.map_or_else(|| Problem::general(&text), |place| Problem::at(place, &text)));
        }
    }
    problems
}

/// Settings that ask for others which are not there, or for what cannot be.
fn lacking(config: &Config) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (postgres, s3, redirects) = (&config.postgres, &config.s3, &config.redirects);
    let in_s3 = config.storage.blobs == Blobs::S3;
    let with_kms = matches!(s3.encryption, Encryption::Kms | Encryption::DualKms);
    let sent = s3.encryption == Encryption::Customer;
    [
        (
            config.storage.metadata == Metadata::Postgres && config.postgres.url.is_none(),
            "storage.metadata",
            "metadata in PostgreSQL needs `postgres.url`, or `postgres.url_file`",
        ),
        (
            postgres.client_cert_file.is_some() != postgres.client_key_file.is_some(),
            if postgres.client_key_file.is_some() {
                "postgres.client_key_file"
            } else {
                "postgres.client_cert_file"
            },
            "`postgres.client_cert_file` and `postgres.client_key_file` come together",
        ),
        (in_s3 && s3.bucket.is_none(), "storage.blobs", "blobs in S3 need `s3.bucket`"),
        (in_s3 && s3.part_size.0 < 5 << 20, "s3.part_size", "a part of less than 5 MiB is refused by S3"),
        (
            s3.access_key.is_some() && s3.secret_key.is_none(),
            "s3.access_key",
            "a key needs `s3.secret_key` as well",
        ),
        (
            s3.secret_key.is_some() && s3.access_key.is_none(),
            "s3.secret_key",
            "a secret needs `s3.access_key` as well",
        ),
        (with_kms && s3.kms_key.is_none(), "s3.encryption", "encryption with such a key needs `s3.kms_key`"),
        (
            sent && s3.customer_key.is_none(),
            "s3.encryption",
            "encryption with such a key needs `s3.customer_key`",
        ),
        (
            redirects.enabled && matches!(config.storage.blobs, Blobs::Fs | Blobs::Memory),
            "redirects.enabled",
            "only what lies in a bucket has an address to redirect to",
        ),
        (
            redirects.enabled && sent,
            "redirects.enabled",
            "a client cannot fetch what `s3.customer_key` encrypts",
        ),
        (
            redirects.expiry > registry_server::Redirects::MOST,
            "redirects.expiry",
            "an address is good for five minutes at most",
        ),
        (
            config.workers.lease < Duration::from_secs(1),
            "workers.lease",
            "a lease below a second ends whenever the database takes its time",
        ),
    ]
    .into_iter()
    .chain(lacking_elsewhere(config))
    .filter_map(|(lacks, path, text)| lacks.then_some((path, text)))
}

/// The same of the other buckets, with whether it is so.
fn lacking_elsewhere(config: &Config) -> [(bool, &'static str, &'static str); 5] {
    let (gcs, azure) = (&config.gcs, &config.azure);
    let (in_gcs, in_azure) = (config.storage.blobs == Blobs::Gcs, config.storage.blobs == Blobs::Azure);
    let has_secret = azure.client_secret.is_some();
    [
        (in_gcs && gcs.bucket.is_none(), "storage.blobs", "blobs in Google Cloud Storage need `gcs.bucket`"),
        (in_gcs && gcs.part_size.0 < 5 << 20, "gcs.part_size", "a part of less than 5 MiB is refused"),
        (
            in_azure && (azure.account.is_none() || azure.container.is_none()),
            "storage.blobs",
            "blobs in Azure need `azure.account` and `azure.container`",
        ),
        (in_azure && azure.part_size.0 < 5 << 20, "azure.part_size", "a block of less than 5 MiB is refused"),
        (
            has_secret && (azure.tenant_id.is_none() || azure.client_id.is_none()),
            "azure.client_secret",
            "a secret needs `azure.tenant_id` and `azure.client_id` as well",
        ),
    ]
}

/// What of a webhook cannot be used, by its key. Nothing secret is quoted.
fn unusable(webhook: &Webhook) -> Vec<(&'static str, String)> {
    let is_sendable = |value: &Secret| HeaderValue::from_str(value.reveal()).is_ok();
    let headers = webhook.headers.iter().filter(|(_, value)| !is_sendable(value));
    let mut found: Vec<(&'static str, String)> = headers
        .map(|(name, _)| ("headers", format!("the value of `{name}` cannot be that of a header: it holds a character that is no visible ASCII")))
        .collect();
    if webhook.authorization.as_ref().is_some_and(|value| !is_sendable(value)) {
        found.push((
            "authorization",
            "this cannot be the value of a header: it holds a character that is no visible ASCII".to_owned(),
        ));
    }
    let encoded = webhook.secret.as_ref().and_then(|secret| secret.reveal().strip_prefix("whsec_"));
    if encoded.is_some_and(|encoded| STANDARD.decode(encoded).is_err()) {
        found.push(("secret", "behind whsec_ stands no Base64".to_owned()));
    }
    if let Some(path) = &webhook.ca_file
        && let Err(error) = std::fs::read(path)
    {
        found.push(("ca_file", format!("cannot read {}: {error}", path.display())));
    }
    found
}
