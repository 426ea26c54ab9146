//! Refusals as they go over the wire, for where no request was understood that HTTP could answer.

use std::time::SystemTime;

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderValue};

use super::Refusal;
use crate::header::REQUEST_ID;
use crate::observe::RequestId;
use crate::respond::Reply;

impl Refusal {
    /// The refusal as an HTTP/1.1 response after which the connection ends, with all that every response carries.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let id = RequestId::fresh();
        let refusal = self.identified(&id);
        let date = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now())).ok();
        let body = serde_json::to_vec(&refusal.body).unwrap_or_default();
        let response = Reply::from(refusal).with(REQUEST_ID, id.to_header()).into_response(false);
        let mut bytes = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
        let mut headers = response.headers().clone();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        headers.insert(CONTENT_LENGTH, body.len().into());
        headers.extend(date.map(|date| (DATE, date)));
        for (name, value) in &headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
    }
}
