//! The metadata store on PostgreSQL, on clusters that the tests make and end by themselves.
//!
//! They need the programs of PostgreSQL and PgBouncer, and fail without them; so they are behind a feature of their own,
//! `postgres-tests`. Installed by root they run as the user `postgres`, because `initdb` refuses root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod cached;
mod clocks;
#[allow(dead_code, reason = "the tests of the server need more of it")]
mod cluster;
mod conformance;
mod cut;
mod examine;
mod forced;
mod full;
mod order;
mod plans;
mod races;
mod restart;
mod silence;
mod start;
mod stopped;
mod support;
mod tls;
