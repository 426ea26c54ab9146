//! Paths, read from the right.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What a path points at. Names, digests and the like are still text; names may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    Base,
    Blob { name: &'a str, digest: &'a str },
    Manifest { name: &'a str, reference: &'a str },
    Uploads { name: &'a str },
    Upload { name: &'a str, id: &'a str },
    Tags { name: &'a str },
    Referrers { name: &'a str, subject: &'a str },
    Catalog,
    Discover { name: Option<&'a str> },
    EventLog { name: Option<&'a str> },
    WebhookStatus,
    TagHistory { name: &'a str },
    TagRestore { name: &'a str },
    Metrics,
    SearchPing,
    Search,
}

impl<'a> Place<'a> {
    /// The place that a decoded path points at; `None` when no endpoint has such a path.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        match path {
            "/v2" | "/v2/" => return Some(Self::Base),
            "/v2/_catalog" => return Some(Self::Catalog),
            "/v2/_oci/ext/discover" => return Some(Self::Discover { name: None }),
            "/v2/_registry/events/log" => return Some(Self::EventLog { name: None }),
            "/v2/_registry/webhooks/status" => return Some(Self::WebhookStatus),
            "/metrics" => return Some(Self::Metrics),
            "/v1/_ping" => return Some(Self::SearchPing),
            "/v1/search" => return Some(Self::Search),
            _ => {}
        }
        let path = path.strip_prefix("/v2/")?;
        if let Some(place) = Self::extension(path) {
            return Some(place);
        }
        if let Some(name) = path.strip_suffix("/tags/list") {
            return Some(Self::Tags { name });
        }
        let uploads = path.strip_suffix('/').unwrap_or(path).strip_suffix("/blobs/uploads");
        if let Some(name) = uploads {
            return Some(Self::Uploads { name });
        }
        let (rest, last) = path.rsplit_once('/')?;
        let (name, word) = rest.rsplit_once('/')?;
        match word {
            "manifests" => Some(Self::Manifest { name, reference: last }),
            "blobs" => Some(Self::Blob { name, digest: last }),
            "referrers" => Some(Self::Referrers { name, subject: last }),
            "uploads" => Some(Self::Upload { name: name.strip_suffix("/blobs")?, id: last }),
            _ => None,
        }
    }

    /// The place within an extension of a repository (distribution-spec, "Extensions"): no component of a name begins
    /// with an underscore, so there is no doubt where it begins.
    fn extension(path: &'a str) -> Option<Self> {
        let (name, rest) = path.rsplit_once("/_")?;
        match rest {
            "oci/ext/discover" => Some(Self::Discover { name: Some(name) }),
            "registry/events/log" => Some(Self::EventLog { name: Some(name) }),
            "registry/tags/history" => Some(Self::TagHistory { name }),
            "registry/tags/restore" => Some(Self::TagRestore { name }),
            _ => None,
        }
    }
}

/// The path with its escapes decoded once.
///
/// A component whose escapes are malformed, are no UTF-8, or stand for a slash stays as it is: an escape must never
/// turn into a separator, and `%` is in no grammar.
pub(super) fn decode(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let components: Vec<Cow<'_, str>> = path.split('/').map(decode_component).collect();
    Cow::Owned(components.join("/"))
}

fn decode_component(component: &str) -> Cow<'_, str> {
    match percent_decode_str(component).decode_utf8() {
        Ok(decoded) if !decoded.contains('/') => decoded,
        _ => Cow::Borrowed(component),
    }
}
