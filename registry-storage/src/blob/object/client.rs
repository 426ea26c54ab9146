//! The HTTP client that everything goes through, and addresses.

use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector};
use url::Url;

use super::ObjectOptions;
use super::transport::Transport;
use super::wire::Wire;
use crate::{Error, Result};

/// A transport that trusts the authorities in `ca` besides those of the system.
pub(super) fn transport(objects: &ObjectOptions, ca: &[u8]) -> Result<Transport> {
    Ok(Transport::new(Wire::new(objects.connect_timeout, ca)?, objects))
}

/// The address of a service.
///
/// # Errors
/// [`Error::Invalid`] when it is none, or not allowed.
pub(super) fn address(endpoint: &str, allow_http: bool) -> Result<Url> {
    let wrong = Error::Invalid { reason: "the endpoint or the name of the bucket makes no address" };
    let Ok(url) = Url::parse(endpoint) else { return Err(wrong) };
    match url.scheme() {
        _ if url.host_str().is_none() => Err(wrong),
        "https" => Ok(url),
        "http" if allow_http => Ok(url),
        "http" => Err(Error::Invalid { reason: "the endpoint is plain HTTP, which is not allowed" }),
        _ => Err(wrong),
    }
}

/// The address of a bucket below that of its service.
///
/// # Errors
/// [`Error::Invalid`] when it has no name.
pub(super) fn below(service: &Url, bucket: &str) -> Result<Url> {
    if bucket.is_empty() {
        return Err(Error::Invalid { reason: "the endpoint or the name of the bucket makes no address" });
    }
    let mut url = service.clone();
    url.set_path(&format!("{}/{bucket}", service.path().trim_end_matches('/')));
    Ok(url)
}

/// Certificates in a file.
pub(super) fn certificates(file: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| Error::io("read certificates", error))
}

/// The library beneath tries nothing again: the transport does.
pub(super) fn no_retries() -> object_store::RetryConfig {
    object_store::RetryConfig { max_retries: 0, ..object_store::RetryConfig::default() }
}

/// Hands the same client to everything that the library beneath asks.
#[derive(Debug)]
pub(super) struct Connector(pub(super) Transport);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}
