//! The metadata stores.

mod sqlite;
