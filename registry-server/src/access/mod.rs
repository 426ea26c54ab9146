//! Who may do what: between the route and its handler stands this step, and nothing else can make what the handler
//! needs.

mod authorized;
mod required;
mod writes;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use registry_auth::Credentials;

use crate::error::Refusal;
use crate::header::only;
use crate::route::Route;
use crate::server::Shared;

pub(crate) use authorized::Authorized;
pub(crate) use writes::Offer;
pub use writes::Writes;

/// Finds out who asks and whether they may do what the route means.
///
/// # Errors
/// The refusal to send: 401 with a challenge where credentials might help, 403 where they would not, 503 when nobody
/// can decide. It is the same whether what is asked for exists or not.
pub(crate) async fn authorize(
    shared: &Shared,
    route: &Route,
    headers: &HeaderMap,
) -> Result<Authorized, Refusal> {
    let wanted = required::accesses(route);
    // Several or unreadable credentials are not the same as none.
    let authorization = match headers.contains_key(AUTHORIZATION) {
        true => Some(only(headers, AUTHORIZATION).unwrap_or("")),
        false => None,
    };
    let credentials = Credentials::new(authorization);
    let principal = shared.authenticator.authenticate(&credentials, &wanted).await?;
    let grant = shared.authorizer.authorize(&principal, &wanted).await?;
    if wanted.iter().all(|access| grant.allows(access)) {
        return Ok(Authorized::new(principal, std::sync::Arc::clone(&shared.authorizer)));
    }
    match shared.authenticator.challenge(&wanted) {
        Some(challenge) if !principal.authenticated => Err(Refusal::unauthenticated(&challenge)),
        _ => Err(Refusal::denied()),
    }
}
