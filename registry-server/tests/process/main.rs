//! The real binary: how it starts, how it stops, and what is left of its promises when it is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "postgres-tests")]
#[path = "../../../registry-storage/tests/postgres/cluster.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of the store make more of a cluster")]
mod cluster;
mod commands;
mod config;
mod descriptors;
mod http;
mod import;
mod kill;
mod migrate;
mod observe;
mod registry;
#[cfg(feature = "postgres-tests")]
mod replicas;
mod start;
mod stop;
mod tag;
mod webhook;
mod writer;
