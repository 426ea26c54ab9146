#![doc = include_str!("../README.md")]

mod access;
mod authenticator;
mod authorizer;
mod error;
mod principal;

pub use access::{Access, Action, Resource};
pub use authenticator::{Anonymous, Authenticator, Credentials};
pub use authorizer::{Authorizer, Deny, EveryoneMay, Grant};
pub use error::{BoxError, Error, Result};
pub use principal::Principal;
