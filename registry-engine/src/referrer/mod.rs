//! What refers to a manifest.

mod adopted;
mod list;
