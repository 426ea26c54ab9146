//! What can be chosen about a bucket of Google Cloud Storage.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use object_store::client::HttpRequest;
use object_store::gcp::{GcpCredentialProvider, GoogleCloudStorageBuilder, GoogleConfigKey};

use super::ObjectOptions;
use super::client::{self, Connector};
use super::raw::Raw;
use super::service::{Objects, Service};
use super::xml::{Sign, Xml};
use crate::{Error, Result};

/// Where the service is.
const ENDPOINT: &str = "https://storage.googleapis.com";

/// A bucket of Google Cloud Storage, spoken to in its XML API. Secrets are not printed by `Debug`.
///
/// ```no_run
/// use registry_storage::blob::{GcsCredentials, GcsOptions};
///
/// # fn example() -> registry_storage::Result<()> {
/// let credentials = GcsCredentials::service_account_file("/etc/registry/account.json")?;
/// let options = GcsOptions::new("images").credentials(credentials);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct GcsOptions {
    bucket: String,
    endpoint: Option<String>,
    credentials: GcsCredentials,
    allow_http: bool,
    ca: Vec<u8>,
    objects: ObjectOptions,
}

/// Credentials of Google Cloud Storage. Secrets are not printed by `Debug`.
#[derive(Clone)]
pub struct GcsCredentials {
    source: &'static str,
    setting: Option<(GoogleConfigKey, String)>,
}

impl GcsCredentials {
    /// The key of a service account, in JSON as Google's tools write it. Requests are signed with it; nobody is asked for
    /// a token.
    #[must_use]
    pub fn service_account(json: impl Into<String>) -> Self {
        Self { source: "service account", setting: Some((GoogleConfigKey::ServiceAccountKey, json.into())) }
    }

    /// As [`service_account`](Self::service_account), from a file, which is read now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn service_account_file(file: impl AsRef<Path>) -> Result<Self> {
        let json = std::fs::read_to_string(file).map_err(|error| Error::io("read credentials", error))?;
        Ok(Self::service_account(json))
    }

    /// A token of OAuth 2.0 that somebody else has made, and that is never made anew. There are no direct addresses
    /// then.
    #[must_use]
    pub fn token(token: impl Into<String>) -> Self {
        Self { source: "token", setting: Some((GoogleConfigKey::BearerToken, token.into())) }
    }

    /// What the environment says, read now: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, or else the one that
    /// `gcloud` keeps in the home folder, each with the key of a service account or what a user has granted; and
    /// without such a file the metadata service of the machine, which also stands for the workload identities of
    /// Kubernetes (at `GCE_METADATA_HOST`, where that is set). Federated identities of other clouds are not known.
    #[must_use]
    pub fn environment() -> Self {
        let file = std::env::var("GOOGLE_APPLICATION_CREDENTIALS").ok().filter(|file| !file.is_empty());
        let setting = file.map(|file| (GoogleConfigKey::ApplicationCredentials, file));
        Self { source: "environment", setting }
    }

    /// Whether addresses can be signed.
    fn sign_addresses(&self) -> bool {
        self.source != "token"
    }
}

impl GcsOptions {
    /// A bucket of this name, with the credentials of the [environment](GcsCredentials::environment).
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            endpoint: None,
            credentials: GcsCredentials::environment(),
            allow_http: false,
            ca: Vec::new(),
            objects: ObjectOptions::default(),
        }
    }

    /// Where the service is, without the bucket, when it is not at `https://storage.googleapis.com`. There are no direct
    /// addresses then, because these are signed for that host.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..self }
    }

    /// Who asks.
    pub fn credentials(self, credentials: GcsCredentials) -> Self {
        Self { credentials, ..self }
    }

    /// Whether the endpoint may be one of plain HTTP.
    pub fn allow_http(self, allow: bool) -> Self {
        Self { allow_http: allow, ..self }
    }

    /// Certificates in PEM of authorities that are trusted besides those of the system.
    pub fn certificate_authorities(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { ca: pem.into(), ..self }
    }

    /// As [`certificate_authorities`](Self::certificate_authorities), from a file, which is read now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ca_file(self, file: impl AsRef<Path>) -> Result<Self> {
        Ok(self.certificate_authorities(client::certificates(file.as_ref())?))
    }

    /// What does not depend on the service.
    pub fn objects(self, objects: ObjectOptions) -> Self {
        Self { objects, ..self }
    }

    pub(super) const fn object_options(&self) -> &ObjectOptions {
        &self.objects
    }

    /// Whether a client can fetch an object by an address alone.
    pub(super) fn has_addresses(&self) -> bool {
        self.endpoint.is_none() && self.credentials.sign_addresses()
    }

    /// The service that these options tell of. Nothing is asked yet.
    pub(super) fn connect(&self) -> Result<Service> {
        let transport = client::transport(&self.objects, &self.ca)?;
        let service = client::address(self.endpoint.as_deref().unwrap_or(ENDPOINT), self.allow_http)?;
        let bucket = client::below(&service, &self.bucket)?;
        let mut builder = GoogleCloudStorageBuilder::new()
            .with_bucket_name(&self.bucket)
            .with_base_url(service.as_str().trim_end_matches('/'))
            .with_retry(client::no_retries())
            .with_http_connector(Connector(transport.clone()));
        if let Some((key, value)) = &self.credentials.setting {
            builder = builder.with_config(*key, value);
        }
        let failed = |error| Error::internal("set up the client of Google Cloud Storage", error);
        let store = builder.build().map_err(failed)?;
        let (token, signer) = (Bearer(Arc::clone(store.credentials())), Arc::new(store.clone()));
        let store: Arc<dyn Objects> = Arc::new(store);
        let (raw, opening) = (Raw::new(&transport, bucket), "");
        // Multipart uploads know no conditions there; an upload that was completed is gone, which does as well.
        let dialect = Xml { store: Arc::clone(&store), raw, signer: token, opening, only_new: None };
        Ok(Service { store, signer, dialect: Arc::new(dialect) })
    }
}

/// Puts a token into requests of our own.
#[derive(Debug)]
struct Bearer(GcpCredentialProvider);

#[async_trait]
impl Sign for Bearer {
    async fn sign(&self, request: &mut HttpRequest) -> object_store::Result<()> {
        let credential = self.0.get_credential().await?;
        let value = HeaderValue::from_str(&format!("Bearer {}", credential.bearer));
        let mut value =
            value.map_err(|error| object_store::Error::Generic { store: "GCS", source: error.into() })?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }
}

impl fmt::Debug for GcsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcsCredentials").field("source", &self.source).finish_non_exhaustive()
    }
}

impl fmt::Debug for GcsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcsOptions")
            .field("bucket", &self.bucket)
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("allow_http", &self.allow_http)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_printed() {
        for credentials in [GcsCredentials::service_account("hidden"), GcsCredentials::token("hidden")] {
            assert!(!format!("{:?}", GcsOptions::new("images").credentials(credentials)).contains("hidden"));
        }
    }

    #[test]
    fn addresses_are_signed_for_the_host_of_the_service_alone() {
        let account = GcsOptions::new("images").credentials(GcsCredentials::service_account("{}"));
        assert!(account.has_addresses());
        assert!(!account.clone().endpoint("https://example.com").has_addresses());
        assert!(!account.credentials(GcsCredentials::token("x")).has_addresses());
    }
}
