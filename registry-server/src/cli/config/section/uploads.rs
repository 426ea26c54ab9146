//! `[uploads]`.

use std::num::NonZeroU64;
use std::time::Duration;

use registry_engine::Settings;

use super::super::shape::at_least_one;
use super::section;

section! {
    /// Uploads that are under way, and what becomes of those that nobody ends.
    Uploads {
        /// How long an upload may rest before it is removed and its bytes are given back.
        expire: Duration = Settings::default().upload_expiry => reload,
        /// The most uploads under way in one repository.
        per_repository: NonZeroU64 = at_least_one(Settings::default().max_uploads_per_repository) => reload,
        /// The most uploads under way in all.
        total: NonZeroU64 = at_least_one(Settings::default().max_uploads) => reload,
        /// How long content that nothing refers to yet is kept for whoever was told that it is there.
        lease: Duration = Settings::default().lease_window => reload,
    }
}
