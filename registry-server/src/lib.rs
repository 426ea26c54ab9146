#![doc = include_str!("../README.md")]
// A refusal holds the headers that go with it. They are rare, and a box would be in the way of every `?`.
#![allow(clippy::result_large_err)]

mod access;
mod admin;
mod admission;
mod api;
mod body;
mod error;
mod header;
mod health;
mod limits;
mod listen;
pub mod observe;
mod patience;
mod redirect;
mod respond;
pub mod route;
mod server;
#[cfg(feature = "webhooks")]
pub mod webhook;

pub use access::Writes;
pub use admin::{Admin, serve_admin};
pub use body::{Body, BodyError};
pub use limits::Limits;
pub use listen::{Running, serve, spawn};
pub use redirect::{Network, NetworkError, Redirects};
pub use server::{Server, ServerBuilder};
