//! Metadata in PostgreSQL, for many replicas.

mod options;

pub use options::PostgresOptions;
