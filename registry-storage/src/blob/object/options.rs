//! What can be chosen about a store of objects, whatever speaks to it.

use std::time::Duration;

/// What can be chosen about an [`ObjectBlobStore`](super::ObjectBlobStore), whichever service keeps the objects.
///
/// ```
/// # use registry_storage::blob::ObjectOptions;
/// let mut options = ObjectOptions::default();
/// options.prefix = "registry".to_owned();
/// options.part_size = 16 << 20;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ObjectOptions {
    /// What every key begins with; empty for none. A slash is put behind it.
    pub prefix: String,
    /// How many bytes a part of a large upload has: at least 5 MiB. All parts but the last are of this size, as some
    /// services demand. A blob has at most 10,000 parts; where an upload is announced to be larger than that, its
    /// parts are made larger.
    pub part_size: usize,
    /// How many parts of one upload are on their way at once.
    pub concurrency: usize,
    /// How many bytes of parts all uploads together hold in memory, while they gather and while they are on their
    /// way. An upload may hold one part more, so that one can always go on.
    pub memory: usize,
    /// How long an upload waits for memory before it answers [`Error::Unavailable`](crate::Error::Unavailable).
    pub memory_wait: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long one request may take to its answer's head; for a request with a body, one second more for each
    /// 256 KiB.
    pub attempt_timeout: Duration,
    /// How long the body of an answer may bring nothing.
    pub stall_timeout: Duration,
    /// How often a request is tried anew after a failure that may pass.
    pub retries: usize,
    /// How long all attempts of a request may take together.
    pub retry_timeout: Duration,
    /// Whether [`direct_url`](crate::BlobStore::direct_url) hands out addresses.
    pub direct_urls: bool,
}

impl Default for ObjectOptions {
    /// No prefix, parts of 8 MiB, 4 of an upload at once, 128 MiB in all for 30 seconds' wait, 5 seconds to connect,
    /// 30 to answer, 30 without a byte, 8 retries within 60 seconds, and addresses are handed out.
    fn default() -> Self {
        Self {
            prefix: String::new(),
            part_size: 8 << 20,
            concurrency: 4,
            memory: 128 << 20,
            memory_wait: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(30),
            retries: 8,
            retry_timeout: Duration::from_secs(60),
            direct_urls: true,
        }
    }
}
