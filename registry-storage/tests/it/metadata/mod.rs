//! The metadata stores.

mod conformance;
mod faulty;
mod model;
mod sqlite;
