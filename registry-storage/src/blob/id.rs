//! Names that only the backend understands.

use std::fmt;
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
/// to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadToken(Arc<str>);

macro_rules! opaque {
    ($name:ident) => {
        impl $name {
            /// The text to keep.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque!(Location);
opaque!(UploadToken);
