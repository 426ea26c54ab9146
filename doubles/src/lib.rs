#![doc = include_str!("../README.md")]
// Whatever goes wrong here is said by a panic in a test.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a double is part of a test"
)]

pub mod between;
pub mod s3;
