//! The conformance suites: one check per bullet of a contract, for any backend.

pub mod blob;
mod fixture;
pub mod metadata;

pub use fixture::{Fixture, run};
