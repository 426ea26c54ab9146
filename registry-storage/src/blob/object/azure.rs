//! What can be chosen about a container of Azure Blob Storage.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use tokio::sync::Mutex;

use super::ObjectOptions;
use super::blocks::Blocks;
use super::client::{self, Connector};
use super::raw::Raw;
use super::sas::Sas;
use super::service::{Objects, Service};
use crate::{Error, Result};

/// A container of Azure Blob Storage. Secrets are not printed by `Debug`.
///
/// ```
/// use registry_storage::blob::{AzureCredentials, AzureOptions};
///
/// let options = AzureOptions::new("account", "images").credentials(AzureCredentials::managed_identity(None));
/// // An emulator:
/// let options = AzureOptions::new("devstoreaccount1", "images")
///     .endpoint("http://127.0.0.1:10000/devstoreaccount1")
///     .allow_http(true)
///     .credentials(AzureCredentials::key("c2VjcmV0"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct AzureOptions {
    account: String,
    container: String,
    endpoint: Option<String>,
    credentials: AzureCredentials,
    allow_http: bool,
    ca: Vec<u8>,
    objects: ObjectOptions,
}

/// Credentials of Azure Blob Storage. Secrets are not printed by `Debug`.
#[derive(Clone)]
pub struct AzureCredentials {
    source: &'static str,
    settings: Vec<(AzureConfigKey, String)>,
}

/// What [`AzureCredentials::environment`] looks at.
const VARIABLES: [&str; 9] = [
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_MSI_ENDPOINT",
    "AZURE_IDENTITY_ENDPOINT",
];

impl AzureCredentials {
    /// The access key of the account, in Base64.
    #[must_use]
    pub fn key(key: impl Into<String>) -> Self {
        Self::of("access_key", vec![(AzureConfigKey::AccessKey, key.into())])
    }

    /// A shared access signature (`sv=…&sig=…`), which must allow to read, add, create, write, delete and list. There
    /// are no direct addresses then.
    #[must_use]
    pub fn shared_access(signature: impl Into<String>) -> Self {
        Self::of("sas_token", vec![(AzureConfigKey::SasKey, signature.into())])
    }

    /// An application that is registered with a tenant, and its secret.
    #[must_use]
    pub fn client_secret(
        tenant: impl Into<String>,
        client: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        let settings = vec![
            (AzureConfigKey::AuthorityId, tenant.into()),
            (AzureConfigKey::ClientId, client.into()),
            (AzureConfigKey::ClientSecret, secret.into()),
        ];
        Self::of("client_secret", settings)
    }

    /// An application that a token in a file stands for, as Kubernetes writes it; the file is read again whenever the
    /// credentials expire.
    #[must_use]
    pub fn workload_identity(
        tenant: impl Into<String>,
        client: impl Into<String>,
        token_file: impl Into<String>,
    ) -> Self {
        let settings = vec![
            (AzureConfigKey::AuthorityId, tenant.into()),
            (AzureConfigKey::ClientId, client.into()),
            (AzureConfigKey::FederatedTokenFile, token_file.into()),
        ];
        Self::of("workload_identity", settings)
    }

    /// The identity of the machine, asked from its metadata service; the one of this client where it has several.
    #[must_use]
    pub fn managed_identity(client: Option<String>) -> Self {
        let settings = client.map(|client| (AzureConfigKey::ClientId, client)).into_iter().collect();
        Self::of("managed_identity", settings)
    }

    /// What the environment says, read now: an access key, a client with a secret, a workload identity, a shared access
    /// signature, or else the identity of the machine, by the variables `AZURE_STORAGE_ACCOUNT_KEY`,
    /// `AZURE_STORAGE_SAS_TOKEN`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`, `AZURE_TENANT_ID`, `AZURE_AUTHORITY_HOST`,
    /// `AZURE_FEDERATED_TOKEN_FILE`, `AZURE_MSI_ENDPOINT` and `AZURE_IDENTITY_ENDPOINT`. Whoever asks the identity of
    /// the machine looks at `IDENTITY_HEADER` too.
    #[must_use]
    pub fn environment() -> Self {
        let settings = VARIABLES.iter().filter_map(|name| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
            Some((name.to_ascii_lowercase().parse().ok()?, value))
        });
        Self::of("auto", settings.collect())
    }

    fn of(source: &'static str, settings: Vec<(AzureConfigKey, String)>) -> Self {
        Self { source, settings }
    }

    /// Whether addresses can be signed: a shared access signature is itself the signed thing.
    fn sign_addresses(&self) -> bool {
        self.source != "sas_token"
            && !(self.source == "auto" && self.settings.iter().any(|(key, _)| *key == AzureConfigKey::SasKey))
    }
}

impl AzureOptions {
    /// A container of this name in an account, with the credentials of the
    /// [environment](AzureCredentials::environment).
    pub fn new(account: impl Into<String>, container: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            container: container.into(),
            endpoint: None,
            credentials: AzureCredentials::environment(),
            allow_http: false,
            ca: Vec::new(),
            objects: ObjectOptions::default(),
        }
    }

    /// Where the account is, without the container, when it is not at `https://<account>.blob.core.windows.net`.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..self }
    }

    /// Who asks.
    pub fn credentials(self, credentials: AzureCredentials) -> Self {
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
        self.credentials.sign_addresses()
    }

    /// The service that these options tell of. Nothing is asked yet.
    pub(super) fn connect(&self) -> Result<Service> {
        if self.account.is_empty() {
            return Err(Error::Invalid { reason: "the account of Azure has no name" });
        }
        let transport = client::transport(&self.objects, &self.ca)?;
        let usual = format!("https://{}.blob.core.windows.net", self.account);
        let service = client::address(self.endpoint.as_ref().unwrap_or(&usual), self.allow_http)?;
        let container = client::below(&service, &self.container)?;
        let builder = MicrosoftAzureBuilder::new()
            .with_account(&self.account)
            .with_container_name(&self.container)
            .with_endpoint(service.as_str().trim_end_matches('/').to_owned())
            .with_allow_http(self.allow_http)
            .with_disable_tagging(true)
            .with_retry(client::no_retries())
            .with_http_connector(Connector(transport.clone()))
            .with_config(AzureConfigKey::CredentialType, self.credentials.source);
        let settings = self.credentials.settings.iter();
        let builder = settings.fold(builder, |builder, (key, value)| builder.with_config(*key, value));
        let failed = |error| Error::internal("set up the client of Azure Blob Storage", error);
        let store = builder.build().map_err(failed)?;
        let key = self.credentials.settings.iter().find(|(key, _)| *key == AzureConfigKey::AccessKey);
        let signer = Arc::new(Sas {
            credentials: Arc::clone(store.credentials()),
            account: self.account.clone(),
            key: key.map(|(_, value)| value.clone()),
            container: container.clone(),
            service: Raw::new(&transport, service),
            delegated: Mutex::default(),
        });
        let dialect = Blocks {
            credentials: Arc::clone(store.credentials()),
            account: self.account.clone(),
            store: Arc::new(store.clone()),
            raw: Raw::new(&transport, container),
        };
        let store: Arc<dyn Objects> = Arc::new(store);
        Ok(Service { store, signer, dialect: Arc::new(dialect) })
    }
}

impl fmt::Debug for AzureCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureCredentials").field("source", &self.source).finish_non_exhaustive()
    }
}

impl fmt::Debug for AzureOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureOptions")
            .field("account", &self.account)
            .field("container", &self.container)
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
        let hidden = [
            AzureCredentials::key("hidden"),
            AzureCredentials::shared_access("hidden"),
            AzureCredentials::client_secret("tenant", "client", "hidden"),
        ];
        for credentials in hidden {
            let options = AzureOptions::new("account", "images").credentials(credentials);
            assert!(!format!("{options:?}").contains("hidden"));
        }
    }

    #[test]
    fn every_variable_is_one_that_the_library_knows() {
        for name in VARIABLES {
            assert!(name.to_ascii_lowercase().parse::<AzureConfigKey>().is_ok(), "{name}");
        }
    }
}
