#![doc = include_str!("../README.md")]
// Whatever is wrong here is said by a panic: that is what fuzzers and tests listen to.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a property that does not hold panics"
)]

pub mod digest;
#[cfg(feature = "server")]
pub mod handler;
pub mod link;
pub mod manifest;
mod mold;
#[cfg(feature = "server")]
pub mod query;
pub mod range;
pub mod reference;
#[cfg(feature = "server")]
pub mod repository;
#[cfg(feature = "server")]
pub mod route;
mod target;
#[cfg(feature = "server")]
pub mod upload;
#[cfg(feature = "server")]
pub mod wire;

pub use target::{TARGETS, Target, run};
