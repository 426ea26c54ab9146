//! Asking for a token.

use serde_json::Value;

use super::{Challenge, Token};
use crate::check::{Failure, Stop};
use crate::client::{Connection, Credentials, Dialer, Request, Url};

/// Asks the realm: by name and password, or as nobody in particular.
///
/// # Errors
/// A failure when the realm cannot be asked, or gives none. What it answers is in no failure.
pub(super) async fn token(
    challenge: &Challenge,
    credentials: Option<&Credentials>,
    registry: &Url,
    dialer: &Dialer,
) -> Result<Token, Stop> {
    let (url, target) =
        realm(challenge, registry).map_err(|seen| Stop::failed("a realm for tokens", seen))?;
    let no_token = |seen: String| Stop::from(Failure::new(format!("a token from {url}"), seen));
    let mut connection = Connection::to(&url, dialer).await.map_err(|error| no_token(error.to_string()))?;
    let request = Request::get(target).header("Accept", "application/json").header("Connection", "close");
    let bytes = request.bytes(&url, credentials.map(Credentials::header));
    connection.write(&bytes).await;
    let answer = connection.read("GET", b"").await.map_err(|_| no_token("no valid answer".to_owned()))?;
    if answer.status != 200 {
        return Err(no_token(format!("status {}", answer.status)));
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = body["token"].as_str().or(body["access_token"].as_str()).unwrap_or_default();
    // What is no header of its own must not become a part of one.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(no_token("a body without a token".to_owned()));
    }
    Ok(Token(format!("Bearer {token}")))
}

/// The address of the realm, and what is asked of it. A registry with TLS has no realm without.
fn realm(challenge: &Challenge, registry: &Url) -> Result<(Url, String), &'static str> {
    let (url, mut target) = Url::split(&challenge.realm).map_err(|_| "a realm that is no address")?;
    if registry.is_secure() && !url.is_secure() {
        return Err("a realm without TLS, where the registry has it");
    }
    let service = challenge.service.iter().map(|service| ("service", service));
    for (name, value) in service.chain(challenge.scopes.iter().map(|scope| ("scope", scope))) {
        let sign = if target.contains('?') { '&' } else { '?' };
        target.push_str(&format!("{sign}{name}={}", escaped(value)));
    }
    Ok((url, target))
}

/// A value for a query: what is no unreserved character is escaped (RFC 3986, section 2).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_a_realm() {
        let asked = |registry: &str, realm_text: &str| {
            let scopes = vec!["repository:a/b:pull,push".to_owned(), "c".to_owned()];
            let challenge =
                Challenge { realm: realm_text.to_owned(), service: Some("x y".to_owned()), scopes };
            let found = realm(&challenge, &Url::parse(registry).unwrap());
            found.map(|(url, target)| format!("{url}{target}")).ok()
        };
        let expected = "service=x%20y&scope=repository%3Aa%2Fb%3Apull%2Cpush&scope=c";
        assert_eq!(asked("http://r", "http://t:1/token"), Some(format!("http://t:1/token?{expected}")));
        assert_eq!(asked("http://r", "http://t/?a=b"), Some(format!("http://t/?a=b&{expected}")));
        assert_eq!(asked("http://r", "http://t"), Some(format!("http://t/?{expected}")));
        for bad in ["/token", "ftp://t/token", "http://t@u/", "http://t/a b", "http://t/a\r\nX: y", ""] {
            assert_eq!(asked("http://r", bad), None, "{bad}");
        }
        #[cfg(feature = "tls")]
        assert_eq!(asked("https://r", "http://t/token"), None);
    }
}
