//! The engine as a caller sees it, on each pair of stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::result_large_err)]

#[macro_use]
mod support;

mod between;
mod blob;
mod condition;
mod delivery;
mod expire;
mod fault;
mod fickle;
mod follow;
mod import;
mod lease;
mod manifest;
mod migrate;
mod model;
mod race;
mod referrer;
mod tag;
mod upload;
