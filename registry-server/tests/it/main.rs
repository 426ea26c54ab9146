//! Integration tests of the server; one module per endpoint or subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod base;
mod blob_delete;
mod blob_put;
mod blob_read;
mod catalog;
mod connection;
mod damage;
mod drain;
mod embedding;
mod extension;
mod h2c;
mod health;
mod limits;
mod malformed;
mod manifest_delete;
mod manifest_put;
mod manifest_read;
mod mount;
mod object;
mod observe;
mod referrers;
mod route;
mod route_property;
mod search;
mod support;
mod tags;
mod upload_append;
mod upload_cancel;
mod upload_finish;
mod upload_start;
mod upload_status;
#[cfg(feature = "webhooks")]
mod webhook;
mod writes;
