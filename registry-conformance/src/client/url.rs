//! Where a registry is.

use std::fmt;

use crate::Error;

/// The address of a registry: `http://host:port` or `https://host:port`, where port and `http://` may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    secure: bool,
    host: String,
    port: u16,
}

impl Url {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Error::Url`] when it is none, or one that this build cannot reach.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |reason| Error::Url { input: text.to_owned(), reason };
        let secure = text.starts_with("https://");
        if secure && !cfg!(feature = "tls") {
            return Err(invalid("this build lacks the feature tls"));
        }
        let rest = text.strip_prefix(if secure { "https://" } else { "http://" }).unwrap_or(text);
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let odd = |c: char| "/?#@".contains(c) || !c.is_ascii_graphic();
        if authority.is_empty() || authority.contains(odd) {
            return Err(invalid("http://HOST[:PORT] or https://HOST[:PORT] is expected"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| invalid("the port is no number below 65536"))?)
            }
            _ => (authority, usual(secure)),
        };
        Ok(Self { secure, host: host.to_owned(), port })
    }

    /// Reads an address with a scheme, and with a path and query behind it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); also when the path holds what none may hold.
    pub(crate) fn split(text: &str) -> Result<(Self, String), Error> {
        let invalid = |reason| Error::Url { input: text.to_owned(), reason };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| invalid("a scheme is expected"))?;
        if scheme != "http" && scheme != "https" {
            return Err(invalid("http:// or https:// is expected"));
        }
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(invalid("the path holds what must be escaped"));
        }
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok((Self::parse(&format!("{scheme}://{authority}"))?, format!("{slash}{target}")))
    }

    /// Whether TLS is spoken there.
    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host without brackets, and the port.
    pub(crate) fn address(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// The value of `Host`.
    pub(crate) fn authority(&self) -> String {
        if self.port == usual(self.secure) {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Path and query of an address on this registry, absolute or not; `None` for one that leads elsewhere.
    pub(crate) fn target<'a>(&self, location: &'a str) -> Option<&'a str> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(location);
        }
        let rest = location.strip_prefix(self.scheme()).or_else(|| location.strip_prefix("//"))?;
        let with_port = format!("{}:{}", self.host, self.port);
        let rest = rest.strip_prefix(&with_port).or_else(|| rest.strip_prefix(&self.authority()))?;
        rest.starts_with('/').then_some(rest)
    }

    const fn scheme(&self) -> &'static str {
        if self.secure { "https://" } else { "http://" }
    }
}

/// The port that need not be said.
const fn usual(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.scheme(), self.authority())
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
        for bad in ["", "http://", "http://a/b", "http://a:b", "http://a:70000", "ftp://a/"] {
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
        assert_eq!(Url::parse("http://a").unwrap().target("http://a:80/v2/"), Some("/v2/"));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn addresses_with_tls() {
        for (text, shown, port) in [("https://a", "https://a", 443), ("https://a:80/", "https://a:80", 80)] {
            let url = Url::parse(text).unwrap();
            assert_eq!((&*url.to_string(), url.address()), (shown, ("a", port)));
            assert!(url.is_secure());
        }
        let url = Url::parse("https://a").unwrap();
        assert_eq!(url.target("https://a:443/v2/"), Some("/v2/"));
        assert_eq!(url.target("http://a/v2/"), None);
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_tls_there_are_no_addresses_with_it() {
        assert!(Url::parse("https://a").is_err());
    }
}
