//! Refusals as they go over the wire, for where no request was understood that HTTP could answer.

use std::time::SystemTime;

use http::StatusCode;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderValue};

use registry_core::ErrorCode;

use super::Refusal;
use crate::header::REQUEST_ID;
use crate::observe::RequestId;
use crate::respond::Reply;

/// An HTTP/1.1 response after which the connection ends.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) id: RequestId,
    pub(crate) status: StatusCode,
    pub(crate) code: Option<ErrorCode>,
    /// How many of the bytes are its body.
    pub(crate) sent: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Refusal {
    /// The refusal as it goes over the wire, with all that every response carries; that to a `HEAD` has no body.
    pub(crate) fn into_raw(self, head: bool) -> Raw {
        let id = RequestId::fresh();
        let code = self.code();
        let refusal = self.identified(&id);
        let date = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now())).ok();
        let body = serde_json::to_vec(&refusal.body).unwrap_or_default();
        let response = Reply::from(refusal).with(REQUEST_ID, id.to_header()).into_response(false);
        let status = response.status();
        let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
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
        let body = if head { &[] } else { &*body };
        bytes.extend_from_slice(body);
        Raw { id, status, code, sent: body.len() as u64, bytes }
    }
}
