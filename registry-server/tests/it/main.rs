//! Integration tests of the server; one module per endpoint or subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod route;
