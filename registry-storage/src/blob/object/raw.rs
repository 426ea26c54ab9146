//! Requests of our own.

use bytes::Bytes;
use http::{Method, StatusCode};
use object_store::client::{HttpClient, HttpRequest};
use url::Url;

use super::transport::{Fault, Transport, read_text};

/// Makes and sends requests that are signed elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    once: HttpClient,
    #[cfg(feature = "azure")]
    patient: HttpClient,
    /// The address of the bucket, without a slash at its end.
    bucket: Url,
}

impl Raw {
    pub(super) fn new(transport: &Transport, bucket: Url) -> Self {
        Self {
            once: HttpClient::new(transport.once()),
            #[cfg(feature = "azure")]
            patient: HttpClient::new(transport.clone()),
            bucket,
        }
    }

    /// The same, over any client.
    #[cfg(all(test, feature = "azure"))]
    pub(super) fn with(client: HttpClient, bucket: Url) -> Self {
        Self { once: client.clone(), patient: client, bucket }
    }

    pub(super) fn request(
        &self,
        method: Method,
        key: &str,
        query: &[(&str, &str)],
        body: Bytes,
    ) -> HttpRequest {
        let mut url = self.bucket.clone();
        if !key.is_empty() {
            url.set_path(&format!("{}/{key}", url.path().trim_end_matches('/')));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = HttpRequest::new(body.into());
        *request.method_mut() = method;
        if let Ok(uri) = url.as_str().parse() {
            *request.uri_mut() = uri;
        }
        request
    }

    /// One attempt.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<(StatusCode, String), Fault> {
        answer(&self.once, request).await
    }

    /// As many attempts as it takes.
    #[cfg(feature = "azure")]
    pub(super) async fn send_patiently(&self, request: HttpRequest) -> Result<(StatusCode, String), Fault> {
        answer(&self.patient, request).await
    }
}

async fn answer(client: &HttpClient, request: HttpRequest) -> Result<(StatusCode, String), Fault> {
    match client.execute(request).await {
        Ok(response) => {
            let status = response.status();
            let text = read_text(response.into_body()).await;
            text.map(|text| (status, text)).map_err(|source| Fault::Connection { sent: true, source })
        }
        Err(error) => Err(unwrapped(error)),
    }
}

/// The fault that an error of the transport is made of.
fn unwrapped(error: object_store::client::HttpError) -> Fault {
    match Fault::behind(&error) {
        Some(Fault::Status { status, code, message, retry_after }) => Fault::Status {
            status: *status,
            code: code.clone(),
            message: message.clone(),
            retry_after: *retry_after,
        },
        Some(Fault::Timeout(limit)) => Fault::Timeout(*limit),
        Some(Fault::Connection { sent, .. }) => Fault::Connection { sent: *sent, source: error },
        None => Fault::Connection { sent: true, source: error },
    }
}
