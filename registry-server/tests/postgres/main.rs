//! The real binary with its metadata in PostgreSQL, on clusters that the tests make and end by themselves.
//!
//! They need the programs of PostgreSQL and PgBouncer, and fail without them; so they are behind a feature of their own,
//! `postgres-tests`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod check;
#[allow(dead_code, reason = "the tests of the store need more of it")]
#[path = "../../../registry-storage/tests/postgres/cluster.rs"]
mod cluster;
mod health;
#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../process/http.rs"]
mod http;
mod import;
#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../process/registry.rs"]
mod registry;
