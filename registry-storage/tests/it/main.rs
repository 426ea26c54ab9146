//! Integration tests of the stores; the modules mirror the sources.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod blob;
mod foreign;
mod metadata;
mod observed;
