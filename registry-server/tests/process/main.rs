//! The real binary: how it starts, how it stops, and what is left of its promises when it is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod config;
mod descriptors;
mod http;
mod kill;
mod migrate;
mod observe;
mod registry;
mod start;
mod stop;
mod tag;
mod webhook;
mod writer;
