//! Where spans are sent, and what they say of their origin.

use std::fmt;

use http::uri::{Scheme, Uri};
use http::{HeaderName, HeaderValue};

/// Where spans are sent, and what they say of their origin.
#[derive(Clone)]
pub struct OtlpSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) resource: Vec<(String, String)>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Why a collector cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpSettingsError {
    /// The address is none.
    #[error("the collector's address is not like http://127.0.0.1:4318")]
    Address,
    /// Only plain HTTP is spoken; a collector beside the server speaks TLS to others.
    #[error(
        "the collector's address must begin with http://: a collector beside the server can forward by TLS"
    )]
    Scheme,
    /// A header is none.
    #[error("a header for the collector is malformed")]
    Header,
}

impl OtlpSettings {
    /// For the collector at this address, such as `http://127.0.0.1:4318`; `/v1/traces` is added to its path.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn new(endpoint: &str) -> Result<Self, OtlpSettingsError> {
        let uri: Uri = endpoint.parse().map_err(|_| OtlpSettingsError::Address)?;
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => {}
            Some(scheme) if *scheme == Scheme::HTTPS => return Err(OtlpSettingsError::Scheme),
            _ => return Err(OtlpSettingsError::Address),
        }
        let authority = uri.authority().ok_or(OtlpSettingsError::Address)?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(OtlpSettingsError::Address);
        }
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            path: format!("{}/v1/traces", uri.path().trim_end_matches('/')),
            resource: vec![("service.name".to_owned(), "registry".to_owned())],
            headers: Vec::new(),
        })
    }

    /// Says this of where spans come from, such as `service.name`; the last value of a key counts.
    #[must_use]
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let key = key.into();
        self.resource.retain(|(other, _)| *other != key);
        self.resource.push((key, value.into()));
        self
    }

    /// Sends this header along; its value is a secret.
    ///
    /// # Errors
    /// When it is no header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, OtlpSettingsError> {
        let name = name.parse().map_err(|_| OtlpSettingsError::Header)?;
        let mut value: HeaderValue = value.parse().map_err(|_| OtlpSettingsError::Header)?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        Ok(self)
    }
}

impl fmt::Debug for OtlpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("path", &self.path)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
