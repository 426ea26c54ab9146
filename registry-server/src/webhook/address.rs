//! Where a webhook is.

use std::fmt;

use reqwest::Url;

/// An address of HTTP. `Debug` and `Display` print nothing that may be secret: neither user nor password, nor the path
/// and the query, in which many services keep their tokens.
#[derive(Clone)]
pub(super) struct Address(pub(super) Url);

impl Address {
    /// The address, if it is one of HTTP.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(Self(url))
    }

    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = if self.0.path() == "/" && self.0.query().is_none() { "/" } else { "/…" };
        write!(f, "{}{rest}", self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let table = [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("https://user:canary@hooks.example.com", "https://hooks.example.com/"),
            ("https://hooks.example.com/services/T0/canary", "https://hooks.example.com/…"),
            ("https://hooks.example.com?token=canary", "https://hooks.example.com/…"),
        ];
        for (text, shown) in table {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.to_string(), format!("{address:?}")), (shown.to_owned(), shown.to_owned()));
        }
        for bad in ["", "hooks.example.com", "ftp://example.com/", "file:///etc/passwd", "http://"] {
            assert!(Address::parse(bad).is_none(), "{bad}");
        }
    }
}
