//! Texts with a grammar of their own.

use std::fmt;
use std::str::FromStr;

use http::{HeaderName, Uri};
use serde_json::Value as Json;
use tracing_subscriber::EnvFilter;

use super::super::tree::{Node, Problem};
use super::{Kind, Shape};

/// An absolute HTTP URL. It holds no credentials, so that it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url(String);

impl Url {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Url {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| "it is no URL")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("it does not begin with http:// or https://");
        }
        let authority =
            uri.authority().filter(|authority| !authority.host().is_empty()).ok_or("it has no host")?;
        if authority.as_str().contains('@') {
            return Err(
                "credentials do not belong into a URL, which logs and lists show: set `authorization`",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl Shape for Url {
    fn kind() -> Kind {
        Kind::Url
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node).map_err(|_| Self::kind().unlike(node))?;
        // The text itself is not repeated: it may hold a password.
        text.parse().map_err(|error| {
            vec![Problem::at(&node.origin, format!("this cannot be used as a URL: {error}"))]
        })
    }

    fn write(&self) -> Json {
        Json::from(self.as_str())
    }
}

/// An absolute HTTP URL of scheme, host and port alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(Url);

impl Origin {
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Shape for Origin {
    fn kind() -> Kind {
        Kind::Url
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let url = Url::read(node)?;
        let bare = url.as_str().parse::<Uri>().is_ok_and(|uri| uri.path() == "/" && uri.query().is_none());
        if bare && !url.as_str().contains(['?', '#']) {
            return Ok(Self(url));
        }
        let text = "there is something behind host and port: clients find a registry at the root alone";
        Err(vec![Problem::at(&node.origin, text)])
    }

    fn write(&self) -> Json {
        self.0.write()
    }
}

/// What is logged: directives of `tracing_subscriber::EnvFilter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter(String);

impl Filter {
    pub(crate) fn info() -> Self {
        Self("info".to_owned())
    }

    /// The filter. It was tried when it was read.
    pub(crate) fn build(&self) -> EnvFilter {
        EnvFilter::builder().parse_lossy(&self.0)
    }
}

impl Shape for Filter {
    fn kind() -> Kind {
        Kind::Filter
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node).map_err(|_| Self::kind().unlike(node))?;
        // A single word that is no level would be taken for the name of a part of the program, and say nothing.
        let levels = ["off", "error", "warn", "info", "debug", "trace"];
        let known = text.contains([',', '=', ':', '[', '_'])
            || levels.iter().any(|level| level.eq_ignore_ascii_case(&text));
        if known && EnvFilter::builder().parse(&text).is_ok() {
            return Ok(Self(text));
        }
        let text = format!("{text:?} is no level of the log: write {}", Self::kind().what());
        Err(vec![Problem::at(&node.origin, text)])
    }

    fn write(&self) -> Json {
        Json::from(self.0.as_str())
    }
}

/// The name of a header.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Header(String);

impl Header {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Header {
    type Err = http::header::InvalidHeaderName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<HeaderName>().map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
