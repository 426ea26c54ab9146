//! What refers to a manifest.

mod adopted;
mod list;

pub(crate) use adopted::is_fallback_tag;
