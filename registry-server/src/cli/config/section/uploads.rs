//! `[uploads]`.

use std::time::Duration;

use super::section;

section! {
    /// Uploads that are under way, and what becomes of those that nobody ends.
    Uploads {
        /// How long an upload may rest before it is removed and its bytes are given back.
        expire: Duration = Duration::from_secs(24 * 3600),
        /// The most uploads under way in one repository. 0 means no limit.
        per_repository: u64 = 1000,
        /// The most uploads under way in all. 0 means no limit.
        total: u64 = 10_000,
        /// How long content that nothing refers to yet is kept for whoever was told that it is there.
        lease: Duration = Duration::from_secs(24 * 3600),
    }
}
