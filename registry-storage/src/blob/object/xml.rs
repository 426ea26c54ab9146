//! Multipart uploads as S3 has them, and the XML API of Google Cloud Storage.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use object_store::client::HttpRequest;
use serde::Deserialize;

use super::dialect::{Completed, Dialect, Listed};
use super::failure::failed;
use super::raw::Raw;
use super::service::{Objects, path};
use super::transport::{Fault, element};
use crate::{Error, Result};

/// Multipart uploads that have an id, and are listed.
#[derive(Debug)]
pub(super) struct Xml<S> {
    pub(super) store: Arc<dyn Objects>,
    pub(super) raw: Raw,
    pub(super) signer: S,
    /// What the document begins with that lists the parts of an object.
    pub(super) opening: &'static str,
    /// What says that no object is to be overwritten.
    pub(super) only_new: Option<(HeaderName, &'static str)>,
}

/// What names a part: its ETag, and its checksum where it was sent with one, which `object_store` then puts into the id.
fn named(id: &str) -> String {
    let etag = element(id, "e_tag").map_or(Cow::Borrowed(id), Cow::Owned);
    // Quotes stay as they are: they need no escape here, and not every service undoes one.
    let etag = quick_xml::escape::partial_escape(etag);
    let checksum =
        element(id, "checksum_crc64nvme").map(|sum| format!("<ChecksumCRC64NVME>{sum}</ChecksumCRC64NVME>"));
    format!("<ETag>{etag}</ETag>{}", checksum.unwrap_or_default())
}

/// Signs requests.
#[async_trait]
pub(super) trait Sign: std::fmt::Debug + Send + Sync {
    async fn sign(&self, request: &mut HttpRequest) -> object_store::Result<()>;
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Uploads {
    upload: Vec<Listed>,
    is_truncated: bool,
    next_key_marker: String,
    next_upload_id_marker: String,
}

#[async_trait]
impl<S: Sign> Dialect for Xml<S> {
    async fn create(&self, key: &str) -> Result<String> {
        let created = self.store.create_multipart(&path(key)).await;
        created.map_err(|error| failed("begin a multipart upload", "bucket", error))
    }

    async fn complete(&self, key: &str, upload: &str, parts: &[(u32, String)]) -> Result<Completed> {
        let mut body = format!("<CompleteMultipartUpload{}>", self.opening);
        for (number, id) in parts {
            let _ = write!(body, "<Part><PartNumber>{number}</PartNumber>{}</Part>", named(id));
        }
        body.push_str("</CompleteMultipartUpload>");
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = &self.only_new {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let request = self.raw.request(Method::POST, key, &[("uploadId", upload)], body.into());
        let request = self.signed(request, headers).await?;
        let (status, text) = match self.raw.send(request).await {
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

    async fn abort(&self, key: &str, upload: &str, _careful: bool) -> Result<()> {
        match self.store.abort_multipart(&path(key), &upload.to_owned()).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => match failed("abort a multipart upload", "upload", error) {
                Error::Internal { source, .. } if super::service::is_over(source.as_ref()) => Ok(()),
                error => Err(error),
            },
        }
    }

    async fn uploads(&self, prefix: &str, limit: usize) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        let (mut key, mut upload) = (String::new(), String::new());
        loop {
            let page = self.page(prefix, &key, &upload).await?;
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

    async fn delete(&self, key: &str) -> Result<()> {
        use object_store::ObjectStoreExt;

        match self.store.delete(&path(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(failed("delete an object", "location", error)),
        }
    }
}

impl<S: Sign> Xml<S> {
    /// Multipart uploads behind a key and an upload of it.
    async fn page(&self, prefix: &str, key: &str, upload: &str) -> Result<Uploads> {
        let mut query = vec![("uploads", ""), ("prefix", prefix), ("max-uploads", "1000")];
        if !key.is_empty() {
            query.extend([("key-marker", key), ("upload-id-marker", upload)]);
        }
        let request = self.raw.request(Method::GET, "", &query, Bytes::new());
        let text = match self.raw.send(self.signed(request, HeaderMap::new()).await?).await {
            Ok((status, text)) if status.is_success() => text,
            Ok((status, text)) => return Err(refused(status, &text)),
            Err(fault) => {
                return Err(Error::Unavailable { retry_after: fault.retry_after(), source: fault.into() });
            }
        };
        quick_xml::de::from_str(&text)
            .map_err(|error| Error::internal("read a list of multipart uploads", error))
    }

    async fn signed(&self, mut request: HttpRequest, headers: HeaderMap) -> Result<HttpRequest> {
        request.headers_mut().extend(headers);
        let signed = self.signer.sign(&mut request).await;
        signed.map_err(|error| failed("sign a request", "credential", error))?;
        Ok(request)
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
