//! Requests.

use super::Url;

/// A request as a well-behaved client sends it.
#[derive(Debug, Clone)]
#[must_use]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Sized(Vec<u8>),
    Chunked(Vec<u8>),
}

impl Request {
    pub(crate) fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), body: Body::None }
    }

    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn head(target: impl Into<String>) -> Self {
        Self::new("HEAD", target)
    }

    pub(crate) fn delete(target: impl Into<String>) -> Self {
        Self::new("DELETE", target)
    }

    /// With an empty body.
    pub(crate) fn post(target: impl Into<String>) -> Self {
        Self::new("POST", target).body("")
    }

    /// With an empty body.
    pub(crate) fn put(target: impl Into<String>) -> Self {
        Self::new("PUT", target).body("")
    }

    /// With an empty body.
    pub(crate) fn patch(target: impl Into<String>) -> Self {
        Self::new("PATCH", target).body("")
    }

    /// One more header.
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// These bytes, with their length.
    pub(crate) fn body(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Sized(bytes.into()), ..self }
    }

    /// These bytes in chunks, without a length.
    pub(crate) fn chunked(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Chunked(bytes.into()), ..self }
    }

    /// Whether it says itself who asks.
    pub(super) fn is_authorized(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    }

    /// The request on the wire, to the registry at `url`, with this in `Authorization`.
    pub(super) fn bytes(&self, url: &Url, authorization: Option<&str>) -> Vec<u8> {
        let (method, target, host) = (&self.method, &self.target, url.authority());
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
        if let Some(authorization) = authorization {
            bytes.extend_from_slice(format!("Authorization: {authorization}\r\n").as_bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        match &self.body {
            Body::None => bytes.extend_from_slice(b"\r\n"),
            Body::Sized(body) => {
                bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
                bytes.extend_from_slice(body);
            }
            Body::Chunked(body) => {
                bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(body.len().div_ceil(3).max(1)) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        bytes
    }
}
