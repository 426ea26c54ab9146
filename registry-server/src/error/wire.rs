//! What a client is answered that strains the connection: what it sends is too large or too slow, or it is one too
//! many.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use registry_core::ErrorCode;

use super::Refusal;

impl Refusal {
    /// The head of a request cannot be read: 400, 414 or 431.
    pub(crate) fn bad_head(status: StatusCode) -> Self {
        let message = match status {
            StatusCode::URI_TOO_LONG => "the path of the request is too long",
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "the head of the request is too large",
            _ => "the head of the request is malformed",
        };
        Self::new(status, ErrorCode::Unsupported, message)
    }

    /// The head of a request did not come to its end in time: 408.
    pub(crate) fn slow_head() -> Self {
        let message = "the head of the request took too long";
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::Unsupported, message)
    }

    /// The body of a request comes too slowly: 408.
    pub(super) fn slow_body(code: ErrorCode) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, code, "the body of the request came too slowly")
    }

    /// The address has as many connections as it may have: 429.
    pub(crate) fn address_is_full() -> Self {
        let message = "too many connections from this address";
        Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, message)
            .with(RETRY_AFTER, HeaderValue::from(SOON))
    }

    /// The registry has as many connections as it may have: 503.
    pub(crate) fn house_is_full() -> Self {
        let message = "the registry has all the connections that it takes";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
            .with(RETRY_AFTER, HeaderValue::from(SOON))
    }
}

/// After how many seconds it is worth trying again.
const SOON: u16 = 5;
