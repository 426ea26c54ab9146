//! The name of one request.

use std::fmt;

use http::{HeaderMap, HeaderValue};

use super::hex;
use super::random::random;
use crate::header::{REQUEST_ID, only};

/// The name of one request: in its answer (`X-Request-Id`), in the details of errors, and in the logs.
///
/// It is the client's own where that is 1 to 128 letters, digits and `-._~:/+=@`, and made here otherwise. So it can be
/// written anywhere as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The longest that is taken from a client, in bytes.
    pub const MAX_LEN: usize = 128;

    /// The id that the request brought, or the digits that `make` makes.
    pub(super) fn of(headers: &HeaderMap, make: impl FnOnce() -> [u8; 32]) -> Self {
        let given =
            only(headers, REQUEST_ID).filter(|text| is_safe(text)).and_then(|_| headers.get(REQUEST_ID));
        match given {
            Some(value) => Self(value.clone()),
            None => Self(HeaderValue::from_bytes(&make()).unwrap_or(HeaderValue::from_static("none"))),
        }
    }

    /// One for an answer to what is no request.
    pub(crate) fn fresh() -> Self {
        Self::of(&HeaderMap::new(), || hex::digits((u128::from(random()) << 64) | u128::from(random())))
    }

    /// The id as text: visible ASCII without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The same as bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The id as the value of a header.
    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_safe(text: &str) -> bool {
    (1..=RequestId::MAX_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/+=@".contains(&byte))
}
