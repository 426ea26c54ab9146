//! The metadata stores.

mod cached;
mod conformance;
mod faulty;
mod model;
mod sqlite;
