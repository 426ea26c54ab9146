//! Which key means what.

use crate::blob::Location;
use crate::blob::object_id::ObjectId;
use crate::{Error, Result};

/// How many digits of a name stand before the slash of its location.
const FAN_OUT_DIGITS: usize = 2;

/// Where in the bucket the store is, and the keys in it.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Empty, or something that ends with a slash.
    prefix: String,
}

/// A small object beside an upload in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Bytes behind the last part, below the size of a part.
    Tail(ObjectId),
    /// The id of a multipart upload that makes this blob; kept where uploads cannot be listed.
    Marker(ObjectId),
    /// The same, where the blob is not called like the upload, but this.
    Key(ObjectId),
    /// Somebody is about to complete it; kept where that could be done twice.
    Claim(ObjectId),
}

impl Layout {
    /// # Errors
    /// [`Error::Invalid`] when no key may begin like this.
    pub(super) fn new(prefix: &str) -> Result<Self> {
        let prefix = prefix.trim_matches('/');
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=/".contains(&byte);
        let dots = |part: &str| part.is_empty() || part.bytes().all(|byte| byte == b'.');
        if prefix.is_empty() {
            return Ok(Self { prefix: String::new() });
        }
        if !prefix.bytes().all(allowed) || prefix.split('/').any(dots) {
            return Err(Error::Invalid { reason: "the prefix is letters, digits, and -_.= between slashes" });
        }
        Ok(Self { prefix: format!("{prefix}/") })
    }

    /// What all keys begin with: nothing, or something that ends with a slash.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What the key of every blob begins with.
    pub(super) fn blobs(&self) -> String {
        format!("{}blobs/", self.prefix)
    }

    /// What the key of everything beside an upload begins with.
    pub(super) fn uploads(&self) -> String {
        format!("{}uploads/", self.prefix)
    }

    /// The key of a blob.
    pub(super) fn blob(&self, id: ObjectId) -> String {
        format!("{}{}", self.blobs(), location(id))
    }

    /// The key of something beside an upload.
    pub(super) fn beside(&self, upload: ObjectId, what: Beside) -> String {
        match what {
            Beside::Tail(id) => format!("{}{upload}-t-{id}", self.uploads()),
            Beside::Marker(id) => format!("{}{upload}-m-{id}", self.uploads()),
            Beside::Key(id) => format!("{}{upload}-k-{id}", self.uploads()),
            Beside::Claim(id) => format!("{}{id}", self.claims(upload)),
        }
    }

    /// What the key of every claim to an upload begins with.
    pub(super) fn claims(&self, upload: ObjectId) -> String {
        format!("{}{upload}-c-", self.uploads())
    }

    /// The key of what the store is tried with.
    pub(super) fn trial(&self, id: ObjectId) -> String {
        format!("{}trial/{id}", self.prefix)
    }

    /// The location behind the key of a blob.
    pub(super) fn blob_of(&self, key: &str) -> Option<ObjectId> {
        parse(key.strip_prefix(&self.blobs())?)
    }

    /// The upload and what it is, behind a key.
    pub(super) fn beside_of(&self, key: &str) -> Option<(ObjectId, Beside)> {
        let name = key.strip_prefix(&self.uploads())?;
        let (upload, rest) = name.split_once('-')?;
        let (kind, id) = rest.split_once('-')?;
        let (upload, id) = (ObjectId::parse(upload)?, ObjectId::parse(id)?);
        match kind {
            "t" => Some((upload, Beside::Tail(id))),
            "m" => Some((upload, Beside::Marker(id))),
            "k" => Some((upload, Beside::Key(id))),
            "c" => Some((upload, Beside::Claim(id))),
            _ => None,
        }
    }
}

/// The text of a blob's location.
pub(super) fn location(id: ObjectId) -> String {
    let mut text = id.to_string();
    text.insert(FAN_OUT_DIGITS, '/');
    text
}

/// The location's blob, when this backend may have made the location.
pub(super) fn parse_location(location: &Location) -> Option<ObjectId> {
    parse(location.as_str())
}

fn parse(text: &str) -> Option<ObjectId> {
    let (directory, rest) = text.split_once('/')?;
    if directory.len() != FAN_OUT_DIGITS {
        return None;
    }
    ObjectId::parse(&format!("{directory}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let layout = Layout::new("/a/b/").unwrap();
        let (upload, id) = (ObjectId::random().unwrap(), ObjectId::random().unwrap());
        assert_eq!(layout.blob_of(&layout.blob(id)), Some(id));
        assert_eq!(parse_location(&Location::from(location(id))), Some(id));
        for what in [Beside::Tail(id), Beside::Marker(id), Beside::Key(id), Beside::Claim(id)] {
            assert_eq!(layout.beside_of(&layout.beside(upload, what)), Some((upload, what)));
        }
        for key in ["a/b/blobs/", "a/b/blobs/00", "blobs/00/00", "a/b/uploads/x-t-y", "a/b/uploads/"] {
            assert_eq!(layout.blob_of(key), None, "{key}");
            assert_eq!(layout.beside_of(key), None, "{key}");
        }
    }

    #[test]
    fn a_prefix_is_plain() {
        for good in ["", "/", "a", "registry/one", "a-b_c.d=e"] {
            assert!(Layout::new(good).is_ok(), "{good}");
        }
        for bad in ["..", "a/../b", "a//b", "a b", "é", "a\\b", "a%2f"] {
            assert!(Layout::new(bad).is_err(), "{bad}");
        }
    }
}
