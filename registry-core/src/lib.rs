#![doc = include_str!("../README.md")]

mod actor;
mod descriptor;
mod digest;
mod error;
mod event;
mod json;
mod manifest;
mod media_type;
mod name;
#[cfg(feature = "oci-spec")]
mod oci_spec;
mod page;
mod platform;
mod range;
mod timestamp;

pub use actor::Actor;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, AnyDigest, Digest, Hasher};
pub use error::{Error, ErrorBody, ErrorCode, ErrorEntry, Result};
pub use event::{Event, EventKind, TagCause};
pub use manifest::{Manifest, ManifestKind};
pub use media_type::MediaType;
pub use name::{ImageReference, Reference, RepositoryName, Tag};
pub use page::{Link, Page, PageRequest};
pub use platform::Platform;
pub use range::{ByteRange, RangeRequest, UploadRange, upload_range_header};
pub use timestamp::Timestamp;
