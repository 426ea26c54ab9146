//! The metadata stores.

mod conformance;
mod faulty;
mod sqlite;
