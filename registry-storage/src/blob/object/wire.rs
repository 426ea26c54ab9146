//! The HTTP client beneath: connections, TLS, and how far an answer is read ahead.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http::Uri;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::client::{
    HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody, HttpService,
};
use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use tower_service::Service;

use crate::{BoxError, Error, Result};

/// How much of an answer one connection reads ahead. Of two buffers of this size one is read into while the other is
/// passed on, for as long as the reader takes; unless told so, hyper makes them more than three times as large.
const READ_AHEAD: usize = 128 << 10;
/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(90);
/// How long what was sent may stay without an answer of the peer's system. Keep-alive asks only where nothing is on its way.
#[cfg(target_os = "linux")]
const UNHEARD: Duration = Duration::from_secs(30);
/// When a silent peer is asked whether it is there, how often, and how many times.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

/// Sends requests over HTTP/1.1, each once. It follows no redirect and uses no proxy. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Wire(Client<Connect, HttpRequestBody>);

/// Connects, with TLS where the address says so, within a time.
#[derive(Debug, Clone)]
struct Connect {
    inner: HttpsConnector<HttpConnector>,
    limit: Duration,
}

impl Wire {
    /// A client that trusts the authorities in `ca` (PEM) besides those of the system.
    ///
    /// # Errors
    /// When these cannot be read, or the system has none.
    pub(super) fn new(connect_timeout: Duration, ca: &[u8]) -> Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
        // Shared by the addresses of a name, so that a silent one is not the only one that is tried.
        tcp.set_connect_timeout(Some(connect_timeout));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNHEARD));
        let https = HttpsConnectorBuilder::new().with_tls_config(tls(ca)?).https_or_http().enable_http1();
        let connect = Connect { inner: https.wrap_connector(tcp), limit: connect_timeout };
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(READ_AHEAD);
        Ok(Self(builder.build(connect)))
    }
}

#[async_trait]
impl HttpService for Wire {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.0.request(request).await.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Request };
            HttpError::new(kind, error)
        })?;
        let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(broken))))
    }
}

impl Service<Uri> for Connect {
    type Response = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.inner.call(to));
        Box::pin(async move { connecting.await? })
    }
}

/// The provider of cryptography is the one that the program has chosen, or else aws-lc.
fn tls(ca: &[u8]) -> Result<ClientConfig> {
    let failed = |error| Error::internal("set up TLS to the object store", error);
    let unread = |error| Error::internal("read the certificates for the object store", error);
    let chosen = CryptoProvider::get_default().cloned();
    let provider = chosen.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
    let authorities = CertificateDer::pem_slice_iter(ca).collect::<Result<Vec<_>, _>>().map_err(unread)?;
    let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider)).map_err(failed)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}
