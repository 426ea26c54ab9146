//! Requests that the library beneath has no words for, signed by it all the same.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpClient, HttpRequest};
use reqwest::Url;
use serde::Deserialize;

use super::transport::{Fault, element, read_text};
use crate::{Error, Result};

/// Signs and sends requests of its own, one attempt each.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) credentials: AwsCredentialProvider,
    pub(super) once: HttpClient,
    pub(super) region: String,
    /// The address of the bucket, without a slash at its end.
    pub(super) bucket: Url,
    pub(super) anonymous: bool,
}

/// How one attempt to complete a multipart upload ended.
#[derive(Debug)]
pub(super) enum Completed {
    /// It is done, and this attempt did it.
    Done,
    /// There is no such upload, or the object is there already: somebody was faster, perhaps an earlier attempt.
    Over,
    /// Nobody knows whether it is done.
    Unknown(Fault),
    /// It is not done.
    Refused(Fault),
}

/// A multipart upload that is in progress.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) upload_id: String,
    #[serde(default)]
    pub(super) initiated: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Uploads {
    upload: Vec<Listed>,
    is_truncated: bool,
    next_key_marker: String,
    next_upload_id_marker: String,
}

impl Raw {
    /// One attempt to make an object of parts. It must not be there yet, as far as the service looks at that.
    pub(super) async fn complete(
        &self,
        key: &str,
        upload: &str,
        parts: &[(u32, String)],
    ) -> Result<Completed> {
        let mut body =
            String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (number, etag) in parts {
            let etag = quick_xml::escape::escape(etag.as_str());
            let _ = write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
        }
        body.push_str("</CompleteMultipartUpload>");
        let request = self.request(Method::POST, key, &[("uploadId", upload)], body.into());
        let request = self.signed(request, &[("if-none-match", "*")]).await?;
        let (status, text) = match self.send(request).await {
            Ok(answer) => answer,
            Err(fault) if fault.is_ambiguous() => return Ok(Completed::Unknown(fault)),
            Err(fault) => return Ok(verdict(fault)),
        };
        // A refusal may come behind a head that says 200, sent while the service was still at work.
        Ok(match element(&text, "Code") {
            None if status.is_success() => Completed::Done,
            code => {
                let code = code.unwrap_or_default();
                let message = element(&text, "Message").unwrap_or_default();
                verdict(Fault::Status { status, code, message, retry_after: None })
            }
        })
    }

    /// Multipart uploads whose key begins with `prefix`, as far as the service tells; never more than `limit`.
    pub(super) async fn uploads(&self, prefix: &str, limit: usize) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        let (mut key, mut upload) = (String::new(), String::new());
        loop {
            let mut query = vec![("uploads", ""), ("prefix", prefix), ("max-uploads", "1000")];
            if !key.is_empty() {
                query.extend([("key-marker", key.as_str()), ("upload-id-marker", upload.as_str())]);
            }
            let request = self.request(Method::GET, "", &query, Bytes::new());
            let text = match self.send(self.signed(request, &[]).await?).await {
                Ok((status, text)) if status.is_success() => text,
                Ok((status, text)) => return Err(refused(status, &text)),
                Err(fault) => {
                    return Err(Error::Unavailable {
                        retry_after: fault.retry_after(),
                        source: fault.into(),
                    });
                }
            };
            let page: Uploads = quick_xml::de::from_str(&text)
                .map_err(|error| Error::internal("read a list of multipart uploads", error))?;
            let news = page.upload.iter().any(|listed| !found.contains(listed));
            found.extend(page.upload);
            found.truncate(limit);
            // A service that repeats itself is not asked for ever.
            if !page.is_truncated || page.next_key_marker.is_empty() || !news || found.len() == limit {
                return Ok(found);
            }
            (key, upload) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    fn request(&self, method: Method, key: &str, query: &[(&str, &str)], body: Bytes) -> HttpRequest {
        let mut url = self.bucket.clone();
        if !key.is_empty() {
            url.set_path(&format!("{}/{key}", url.path().trim_end_matches('/')));
        }
        url.query_pairs_mut().extend_pairs(query);
        let mut request = HttpRequest::new(body.into());
        *request.method_mut() = method;
        if let Ok(uri) = url.as_str().parse() {
            *request.uri_mut() = uri;
        }
        request
    }

    async fn signed(
        &self,
        mut request: HttpRequest,
        headers: &[(&'static str, &'static str)],
    ) -> Result<HttpRequest> {
        for (name, value) in headers {
            request.headers_mut().insert(*name, http::HeaderValue::from_static(value));
        }
        if self.anonymous {
            return Ok(request);
        }
        let failed = |error| super::failure::failed("sign a request", "credential", error);
        let credential = self.credentials.get_credential().await.map_err(failed)?;
        AwsAuthorizer::new(&credential, "s3", &self.region)
            .try_authorize(&mut request, None)
            .map_err(failed)?;
        Ok(request)
    }

    async fn send(&self, request: HttpRequest) -> std::result::Result<(StatusCode, String), Fault> {
        match self.once.execute(request).await {
            Ok(response) => {
                let status = response.status();
                let text = read_text(response.into_body()).await;
                text.map(|text| (status, text)).map_err(|source| Fault::Connection { sent: true, source })
            }
            Err(error) => Err(unwrapped(error)),
        }
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

/// What a refusal to complete means.
fn verdict(fault: Fault) -> Completed {
    let Fault::Status { status, code, .. } = &fault else { return Completed::Refused(fault) };
    let over = ["NoSuchUpload", "PreconditionFailed"];
    let gone = [StatusCode::NOT_FOUND, StatusCode::PRECONDITION_FAILED, StatusCode::NOT_MODIFIED];
    if over.contains(&code.as_str()) || gone.contains(status) {
        return Completed::Over;
    }
    // A conflict is another attempt that is still at work.
    if fault.may_pass() || *status == StatusCode::CONFLICT {
        return Completed::Unknown(fault);
    }
    Completed::Refused(fault)
}

fn refused(status: StatusCode, text: &str) -> Error {
    let code = element(text, "Code").unwrap_or_default();
    let message = element(text, "Message").unwrap_or_default();
    let retry_after: Option<Duration> = None;
    Error::internal("list multipart uploads", Fault::Status { status, code, message, retry_after })
}
