//! How a store on SQLite behaves.

use std::time::Duration;

/// How a store on SQLite behaves. The default fits a registry of any size on one machine.
///
/// ```
/// use registry_storage::metadata::SqliteOptions;
///
/// let mut options = SqliteOptions::default();
/// options.readers = 8;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// How many threads answer queries, each with a connection of its own. At least one. Default 4.
    pub readers: usize,
    /// How many commits, and how many queries, wait in line before callers wait outside. At least one. Default 1024.
    pub queue: usize,
    /// How long to wait for another process that writes to the same file. Default 5 s.
    pub busy_timeout: Duration,
    /// After how many pages of 4 KiB the write-ahead log is written back to the file. At least one. Default 4000, which
    /// is 16 MiB.
    pub checkpoint_pages: u32,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { readers: 4, queue: 1024, busy_timeout: Duration::from_secs(5), checkpoint_pages: 4000 }
    }
}
