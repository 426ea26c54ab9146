//! Names that only the backend understands.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Where a blob's bytes lie, in words that only the backend understands.
///
/// A location is never reused: once deleted, it never again names anything. It is kept in the metadata beside the
/// digest, is not a secret, and cheap to clone. Locations order by bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(Arc<str>);

/// What a backend must know to go on with an upload, in words that only it understands.
///
/// It is kept in the metadata between requests and may be given back to another process on the same backend. Cheap
/// to clone. As an upload goes on its token may change, and what lies before the first full stop stays: its
/// [name](Self::name).
#[derive(Clone)]
pub struct UploadToken(Text);

/// The text of a token, or what it can be written from.
#[derive(Clone)]
enum Text {
    Written(Arc<str>),
    #[cfg(feature = "objects")]
    Carried(Arc<dyn Carried>),
}

/// What a backend carries from one call to the next without writing it down, until somebody wants the text.
#[cfg(feature = "objects")]
pub(super) trait Carried: std::any::Any + Send + Sync {
    /// The text, written when it is first asked for.
    fn text(&self) -> &str;
}

impl UploadToken {
    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Written(text) => text,
            #[cfg(feature = "objects")]
            Text::Carried(carried) => carried.text(),
        }
    }

    /// The part of the text that is the same in every token of one upload, and differs between uploads.
    #[must_use]
    pub fn name(&self) -> &str {
        let text = self.as_str();
        text.split_once('.').map_or(text, |(name, _)| name)
    }

    /// A token that carries this.
    #[cfg(feature = "objects")]
    pub(super) fn carrying(carried: impl Carried) -> Self {
        Self(Text::Carried(Arc::new(carried)))
    }

    /// What the token carries, if it has not been text meanwhile.
    #[cfg(feature = "objects")]
    pub(super) fn carried<T: Carried>(&self) -> Option<&T> {
        match &self.0 {
            Text::Written(_) => None,
            Text::Carried(carried) => (&**carried as &dyn std::any::Any).downcast_ref(),
        }
    }
}

impl fmt::Debug for UploadToken {
    /// Only the name: the rest may hold bytes of a blob.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UploadToken").field(&self.name()).finish()
    }
}

impl PartialEq for UploadToken {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for UploadToken {}

impl Hash for UploadToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl From<String> for UploadToken {
    fn from(text: String) -> Self {
        Self(Text::Written(text.into()))
    }
}

impl From<&str> for UploadToken {
    fn from(text: &str) -> Self {
        Self(Text::Written(text.into()))
    }
}

impl fmt::Display for UploadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Location {
    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Location {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Location {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
