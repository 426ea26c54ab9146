//! The `Host` header.

use http::HeaderMap;
use http::header::HOST;
use http::uri::Authority;

use crate::error::Refusal;

/// Refuses a request by HTTP/1.1 that does not name its host in exactly one well-formed header, as each server must
/// (RFC 9112, section 3.2). What the name is does not matter: no answer depends on it.
pub(crate) fn check_host(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::bad_header("Host", "exactly one is needed"));
    };
    let bytes = host.as_bytes();
    // Empty is for requests whose target has no authority.
    let well_formed = bytes.is_empty() || (Authority::try_from(bytes).is_ok() && !bytes.contains(&b'@'));
    if well_formed { Ok(()) } else { Err(Refusal::bad_header("Host", "it is no host")) }
}
