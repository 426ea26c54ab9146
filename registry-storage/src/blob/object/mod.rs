//! Blobs in a store of objects.

mod options;

pub use options::ObjectOptions;
