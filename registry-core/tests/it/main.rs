//! Integration tests of the vocabulary; the modules mirror the sources.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod actor;
mod descriptor;
mod digest;
mod error;
mod event;
mod manifest;
mod media_type;
mod name;
#[cfg(feature = "oci-spec")]
mod oci_spec;
mod page;
mod range;
mod timestamp;
