//! The conformance suites: one check per bullet of a contract, for any backend.
//!
//! A backend proves itself with one line in its tests, a call of
//! [`blob_store_conformance!`](crate::blob_store_conformance) or of
//! [`metadata_store_conformance!`](crate::metadata_store_conformance): it names a module, and a function that answers
//! a [`Fixture`] with an empty store, anew for every test. The suites grow with the contracts: a new bullet brings a
//! new test, also in a release that changes nothing else.

pub mod blob;
mod fixture;
pub mod metadata;

pub use fixture::{Fixture, run};
