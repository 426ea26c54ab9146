//! What can be chosen about a directory of blobs.

use std::time::Duration;

/// What can be chosen about an [`FsBlobStore`](super::FsBlobStore). The defaults suit a registry on one machine.
///
/// ```
/// # use registry_storage::blob::FsOptions;
/// let mut options = FsOptions::default();
/// options.pull_memory = 64 << 20;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FsOptions {
    /// About how many bytes all appends together hold in memory. Each gets an equal part, at least 32 KiB.
    pub push_memory: usize,
    /// About how many bytes all reads together hold in memory. Each gets an equal part, at least 32 KiB.
    pub pull_memory: usize,
    /// How many blocking threads write at once, and how many read. They are those of the tokio runtime.
    pub threads: usize,
    /// How long a call waits for an upload that another call or process is writing, before it answers
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    pub lock_wait: Duration,
}

impl Default for FsOptions {
    /// 8 MiB for appends, 8 MiB for reads, 16 threads for each, 10 seconds.
    fn default() -> Self {
        Self { push_memory: 8 << 20, pull_memory: 8 << 20, threads: 16, lock_wait: Duration::from_secs(10) }
    }
}
