//! The metadata stores.

mod conformance;
mod sqlite;
