//! Integration tests of the suite: it passes a registry, and it fails every wrong one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod connections;
mod credentials;
mod faulty;
mod ours;
mod own;
#[cfg(feature = "tls")]
mod tls;
mod token;
