#![doc = include_str!("../README.md")]

mod actor;
mod descriptor;
mod digest;
mod error;
mod event;
mod media_type;
mod name;
mod page;
mod platform;
mod timestamp;

pub use actor::Actor;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, AnyDigest, Digest};
pub use error::{Error, ErrorBody, ErrorCode, ErrorEntry, Result};
pub use event::{Event, EventKind, TagCause};
pub use media_type::MediaType;
pub use name::{Reference, RepositoryName, Tag};
pub use page::{Page, PageRequest};
pub use platform::Platform;
pub use timestamp::Timestamp;
