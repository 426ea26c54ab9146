//! Where a registry is.

use std::fmt;

use super::Credentials;
use crate::Error;

/// The address of a registry: `http://host:port`, where scheme and port may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    host: String,
    port: u16,
    /// Who asks there.
    credentials: Option<Credentials>,
}

impl Url {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Error::Url`] when it is none, or not one by plain HTTP.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |reason| Error::Url { input: text.to_owned(), reason };
        if text.starts_with("https://") {
            return Err(invalid("only plain HTTP is spoken"));
        }
        let rest = text.strip_prefix("http://").unwrap_or(text);
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.is_empty() || authority.contains(['/', '?', '#', '@', ' ']) {
            return Err(invalid("http://HOST[:PORT] is expected"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| invalid("the port is no number below 65536"))?)
            }
            _ => (authority, 80),
        };
        Ok(Self { host: host.to_owned(), port, credentials: None })
    }

    /// The same address with who asks there.
    pub(crate) fn with(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    pub(super) const fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The host without brackets, and the port.
    pub(crate) fn address(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// The value of `Host`.
    pub(crate) fn authority(&self) -> String {
        if self.port == 80 { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Path and query of an address on this registry, absolute or not; `None` for one that leads elsewhere.
    pub(crate) fn target<'a>(&self, location: &'a str) -> Option<&'a str> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(location);
        }
        let rest = location.strip_prefix("http://").or_else(|| location.strip_prefix("//"))?;
        let rest = rest.strip_prefix(&self.authority())?;
        rest.starts_with('/').then_some(rest)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_what_is_none() {
        let url = |text| Url::parse(text).map(|url| url.to_string()).ok();
        assert_eq!(url("http://a:5000"), Some("http://a:5000".to_owned()));
        assert_eq!(url("http://a:5000/"), Some("http://a:5000".to_owned()));
        assert_eq!(url("127.0.0.1:5000"), Some("http://127.0.0.1:5000".to_owned()));
        assert_eq!(url("http://[::1]:5000"), Some("http://[::1]:5000".to_owned()));
        assert_eq!(url("a"), Some("http://a".to_owned()));
        for bad in ["", "http://", "https://a", "http://a/b", "http://a:b", "http://a:70000", "ftp://a/"] {
            assert_eq!(url(bad), None, "{bad}");
        }
    }

    #[test]
    fn locations_on_this_registry() {
        let url = Url::parse("http://a:5000").unwrap();
        assert_eq!(url.target("/v2/x?y"), Some("/v2/x?y"));
        assert_eq!(url.target("http://a:5000/v2/x?y"), Some("/v2/x?y"));
        for elsewhere in ["//b/v2/", "http://b/v2/", "http://a:50001/v2/", "x", "https://a:5000/"] {
            assert_eq!(url.target(elsewhere), None, "{elsewhere}");
        }
    }
}
