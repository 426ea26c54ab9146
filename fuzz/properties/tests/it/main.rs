//! The properties on stable: every seed and every regression is replayed, and generated inputs are tried.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod generated;
mod reached;
mod replayed;
