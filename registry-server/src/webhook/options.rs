//! What can be said about a webhook.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use registry_core::EventKind;
use registry_engine::Registry;
use registry_engine::delivery::Endpoint;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use rustls::crypto::CryptoProvider;

use super::address::Address;
use super::format::{Format, Source};
use super::signature::Key;
use super::sink::HttpSink;

/// A webhook, before anything is delivered to it. Secrets are not printed by `Debug`.
///
/// For TLS the program must have chosen the default provider of `rustls`, also when the address is one of plain HTTP.
///
/// ```no_run
/// use std::time::Duration;
///
/// use registry_engine::Registry;
/// use registry_engine::delivery::Deliveries;
/// use registry_server::webhook::{Format, Webhook, WebhookError};
///
/// async fn deliver(registry: Registry) -> Result<(), Box<dyn std::error::Error>> {
///     let hook = Webhook::new("builds", "https://ci.example.com/hooks/registry")
///         .format(Format::CloudEvents)
///         .kinds(["tag_set"])
///         .repositories(["library/**"])
///         .secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
///         .timeout(Duration::from_secs(5));
///     let deliveries = Deliveries::new(registry.clone(), [hook.endpoint(&registry)?]);
///     deliveries.prepare().await?;
///     deliveries.run(std::future::pending()).await;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Webhook {
    name: String,
    url: String,
    format: Format,
    headers: Vec<(String, String)>,
    secret: Option<String>,
    kinds: Vec<String>,
    repositories: Vec<String>,
    timeout: Duration,
    batch: usize,
    backoff: (Duration, Duration),
    authorities: Option<Vec<u8>>,
    source: Source,
}

/// Why a webhook cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// Something that was said about it is malformed.
    #[error("webhook {name}: {reason}")]
    Invalid {
        /// Which webhook.
        name: String,
        /// What is wrong; nothing secret is quoted.
        reason: String,
    },
    /// No client for it can be made: the certificates of the system cannot be read, for example.
    #[error("webhook {name}: no HTTP client can be made")]
    Client {
        /// Which webhook.
        name: String,
        /// The cause.
        #[source]
        source: registry_engine::BoxError,
    },
}

impl Webhook {
    /// A webhook in the envelope of CNCF distribution that wants every event.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            format: Format::default(),
            headers: Vec::new(),
            secret: None,
            kinds: Vec::new(),
            repositories: Vec::new(),
            timeout: Duration::from_secs(10),
            batch: 100,
            backoff: (Duration::from_millis(500), Duration::from_secs(300)),
            authorities: None,
            source: Source::default(),
        }
    }

    /// How events are written.
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// One more header that is sent along; it takes the place of one that would be sent anyway.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of the header `Authorization`.
    pub fn authorization(self, value: impl Into<String>) -> Self {
        self.header(AUTHORIZATION.as_str(), value)
    }

    /// The secret of the signatures: `whsec_` and Base64, or any text.
    pub fn secret(self, secret: impl Into<String>) -> Self {
        Self { secret: Some(secret.into()), ..self }
    }

    /// Only events of these [kinds](EventKind::NAMES).
    pub fn kinds<T: Into<String>>(self, kinds: impl IntoIterator<Item = T>) -> Self {
        Self { kinds: kinds.into_iter().map(Into::into).collect(), ..self }
    }

    /// Only events of repositories of one of these patterns: `*` stands for anything within a component of a name,
    /// `**` for anything, `?` for one character.
    pub fn repositories<T: Into<String>>(self, patterns: impl IntoIterator<Item = T>) -> Self {
        Self { repositories: patterns.into_iter().map(Into::into).collect(), ..self }
    }

    /// How long a request may take from its first to its last byte; 10 seconds unless said otherwise.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The most events of one request; 100 unless said otherwise.
    pub fn batch(self, events: usize) -> Self {
        Self { batch: events, ..self }
    }

    /// The wait after the first failure, and the longest; see [`Endpoint::backoff`].
    pub fn backoff(self, first: Duration, longest: Duration) -> Self {
        Self { backoff: (first, longest), ..self }
    }

    /// The authorities that vouch for the receiver, as certificates in PEM, in place of those of the system.
    pub fn authorities(self, pem: impl Into<Vec<u8>>) -> Self {
        Self { authorities: Some(pem.into()), ..self }
    }

    /// How others reach the registry, such as `https://registry.example.com`. Links are made of it.
    pub fn public_url(mut self, url: &str) -> Self {
        self.source.base = url.trim_end_matches('/').to_owned();
        self.source.address = Address::parse(url).and_then(|address| {
            let host = address.0.host_str()?.to_owned();
            Some(address.0.port().map_or(host.clone(), |port| format!("{host}:{port}")))
        });
        self
    }

    /// The endpoint that events are delivered to.
    ///
    /// # Errors
    /// When something that was said makes no sense, or no client can be made.
    pub fn endpoint(self, registry: &Registry) -> Result<Endpoint, WebhookError> {
        let invalid = |reason: String| WebhookError::Invalid { name: self.name.clone(), reason };
        if let Some(unknown) = self.kinds.iter().find(|kind| !EventKind::NAMES.contains(&kind.as_str())) {
            return Err(invalid(format!("there is no kind of event called {unknown:?}")));
        }
        let address = Address::parse(&self.url);
        let address = address.ok_or_else(|| invalid("the URL is none of http or https".to_owned()))?;
        let headers = self.sent_headers().map_err(invalid)?;
        let key = match &self.secret {
            Some(secret) => {
                Some(Key::of(secret).ok_or_else(|| invalid("behind whsec_ stands no Base64".to_owned()))?)
            }
            None => None,
        };
        let client = self.client(&address)?;
        let Self { name, format, kinds, repositories, batch, backoff, source, .. } = self;
        let registry = registry.clone();
        let sink = HttpSink {
            name: name.clone(),
            registry,
            client,
            address,
            format,
            source,
            headers,
            key,
            kinds,
            repositories,
        };
        Ok(Endpoint::new(name, Arc::new(sink)).batch(batch).backoff(backoff.0, backoff.1))
    }

    fn sent_headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().map_err(|_| format!("{name:?} is no name of a header"))?;
            let value = HeaderValue::from_str(value);
            let mut value = value.map_err(|_| format!("the value of the header {name} is none"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn client(&self, address: &Address) -> Result<Client, WebhookError> {
        let failed = |source| WebhookError::Client { name: self.name.clone(), source };
        if CryptoProvider::get_default().is_none() {
            return Err(failed("the program has chosen no provider of cryptography for TLS".into()));
        }
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(self.timeout)
            .user_agent(concat!("registry/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &self.authorities {
            builder = builder.tls_certs_only(self.certificates(pem)?);
        } else if address.is_plain() {
            // Nothing is verified, so nothing to verify with need be there.
            builder = builder.tls_certs_only(std::iter::empty::<Certificate>());
        }
        builder.build().map_err(|error| failed(error.without_url().into()))
    }

    fn certificates(&self, pem: &[u8]) -> Result<Vec<Certificate>, WebhookError> {
        match Certificate::from_pem_bundle(pem) {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            _ => {
                let reason = "the authorities are no certificates in PEM".to_owned();
                Err(WebhookError::Invalid { name: self.name.clone(), reason })
            }
        }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Address::parse(&self.url).map(|address| address.to_string());
        f.debug_struct("Webhook")
            .field("name", &self.name)
            .field("url", &url)
            .field("format", &self.format)
            .field("kinds", &self.kinds)
            .field("repositories", &self.repositories)
            .finish_non_exhaustive()
    }
}
