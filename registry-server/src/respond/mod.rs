//! Responses in the making.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, LOCATION, RANGE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use registry_core::{Digest, RepositoryName, upload_range_header};
use registry_engine::UploadStatus;
use serde::Serialize;

use crate::body::Body;
use crate::header::{API_VERSION, CONTENT_DIGEST, UPLOAD_UUID, entity_tag};

/// A status, headers and a body, before what every response carries is added.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    /// How long the body is said to be, where that is not its own length: the answer to a `HEAD`.
    length: Option<u64>,
}

impl Reply {
    /// A reply without a body.
    pub(crate) fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::with_capacity(12), body: Body::empty(), length: None }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// The reply says that its body has `length` bytes, and has none: what `HEAD` is answered.
    pub(crate) fn with_length(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(crate) fn with_all(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// A header whose text is made of names, digests and numbers, all of which are visible ASCII.
    pub(crate) fn with_text(self, name: HeaderName, text: impl Into<String>) -> Self {
        match HeaderValue::try_from(text.into()) {
            Ok(value) => self.with(name, value),
            Err(_) => {
                tracing::error!(%name, "a header would not be visible ASCII and is left out");
                self
            }
        }
    }

    /// A JSON body with its type.
    pub(crate) fn with_json(self, value: &impl Serialize) -> Self {
        // Strings, numbers and lists: serialising them does not fail.
        let json = serde_json::to_vec(value).unwrap_or_default();
        self.with(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .with_body(Body::full(json.into()))
    }

    /// The digest of the content, and the entity tag made of it.
    pub(crate) fn with_content(self, digest: &Digest) -> Self {
        self.with_text(CONTENT_DIGEST, digest.to_string()).with_text(ETAG, entity_tag(digest))
    }

    /// A path on this registry. Never an address: what a client takes this host to be called is its own affair.
    pub(crate) fn with_location(self, path: String) -> Self {
        self.with_text(LOCATION, path)
    }

    /// Where an upload goes on, and how much of it there is.
    pub(crate) fn with_upload(self, name: &RepositoryName, status: &UploadStatus) -> Self {
        self.with_location(format!("/v2/{name}/blobs/uploads/{}", status.id))
            .with_text(RANGE, upload_range_header(status.offset))
            .with_text(UPLOAD_UUID, status.id.to_string())
    }

    pub(crate) fn into_headers(self) -> HeaderMap {
        self.headers
    }

    /// Whether the body is so large that it is not sent in one go.
    pub(crate) const fn is_large(&self) -> bool {
        self.body.is_large()
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// The response, with what every response carries. A `HEAD` gets the headers of a `GET` and no body.
    pub(crate) fn into_response(self, head: bool) -> Response<Body> {
        let Self { status, mut headers, body, length } = self;
        headers.insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
        headers.insert(NOSNIFF.0, HeaderValue::from_static(NOSNIFF.1));
        // Neither of these has a body, and so no length of one (RFC 9110, section 8.6).
        let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
        if let Some(length) = length.or_else(|| body.len()).filter(|_| !bodiless) {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        let mut response = Response::new(if head { Body::empty() } else { body });
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

/// No browser is to take content for anything but what it is said to be.
const NOSNIFF: (HeaderName, &str) = (http::header::X_CONTENT_TYPE_OPTIONS, "nosniff");
