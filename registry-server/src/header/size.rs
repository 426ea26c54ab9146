//! How large the head of a request may be.

use http::StatusCode;
use http::request::Parts;

use crate::Limits;
use crate::error::Refusal;

/// Refuses a request whose path or whose headers are too large: 414 and 431 (RFC 9110, section 15.5.15; RFC 6585,
/// section 5).
pub(crate) fn check_size(parts: &Parts, limits: &Limits) -> Result<(), Refusal> {
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > limits.uri_bytes {
        return Err(Refusal::bad_head(StatusCode::URI_TOO_LONG));
    }
    // As many bytes as they took on a wire of HTTP/1.1: a colon, a space and the end of a line for each.
    let headers: usize =
        parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers + target > limits.head_bytes {
        return Err(Refusal::bad_head(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    }
    Ok(())
}
