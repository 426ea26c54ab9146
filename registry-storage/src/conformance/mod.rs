//! The conformance suites: one check per bullet of a contract, for any backend.

mod fixture;

pub use fixture::{Fixture, run};
