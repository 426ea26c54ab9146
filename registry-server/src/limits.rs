//! How much a client may take up, and for how long.

use std::time::Duration;

/// How much clients may take up, and for how long.
///
/// Every number is per server. Where a number says so, 0 stands for no limit. What a client sees when it meets one of
/// them is told in the operator's book, in the chapter on limits.
///
/// No limit is on the duration of a request as a whole: a push of many gigabytes over a slow line is as welcome as
/// any other, as long as it goes on.
///
/// ```
/// use std::time::Duration;
///
/// use registry_server::Limits;
///
/// let mut limits = Limits::default();
/// limits.connections = 20_000;
/// limits.connections_per_address = 200;
/// limits.body_idle_timeout = Duration::from_secs(30);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long the head of a request may take from its first byte to its last. 10 seconds by default.
    pub header_timeout: Duration,
    /// How long a connection may be without any request, also before its first one. 120 seconds by default: longer
    /// than the 90 seconds for which clients written in Go keep a connection, so that it is them who close it, and
    /// never in the middle of a request they have just begun.
    pub idle_timeout: Duration,
    /// How long a client that is in the middle of a body may send or take no byte of it. 60 seconds by default.
    pub body_idle_timeout: Duration,
    /// How many bytes per second a client must send or take, on average, of the time in which it is waited for; 0 for
    /// no limit. 1024 by default.
    ///
    /// It is judged once in each [`body_idle_timeout`](Self::body_idle_timeout) of such time and not before the first
    /// of them is over. The time that the registry itself takes is not counted.
    pub min_rate: u64,
    /// The largest head of a request in bytes: request line and headers. 64 KiB by default.
    pub head_bytes: usize,
    /// The longest path with its query, in bytes. 8 KiB by default.
    pub uri_bytes: usize,
    /// The most connections at a time. 4096 by default.
    pub connections: usize,
    /// The most connections at a time from one address; 0, the default, for no limit. Behind a proxy all come from
    /// one.
    pub connections_per_address: usize,
    /// The most requests on one connection, which is closed after the last of them; 0, the default, for no limit.
    pub requests_per_connection: usize,
    /// The most requests that are worked on at a time, uploads and downloads apart. 1024 by default.
    pub concurrent_requests: usize,
    /// The most requests that bring the bytes of a blob or a manifest at a time. They have places of their own, so
    /// that slow ones do not keep others from being answered. 512 by default.
    pub concurrent_uploads: usize,
    /// The most blobs, large manifests and long lists on their way to clients at a time. 2048 by default.
    pub concurrent_downloads: usize,
    /// The most requests that wait for one of these places to become free, for each kind of place. 256 by default.
    pub queue: usize,
    /// How long a request waits for a place before it is refused. 5 seconds by default.
    pub queue_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(120),
            body_idle_timeout: Duration::from_secs(60),
            min_rate: 1024,
            head_bytes: 64 * 1024,
            uri_bytes: 8 * 1024,
            connections: 4096,
            connections_per_address: 0,
            requests_per_connection: 0,
            concurrent_requests: 1024,
            concurrent_uploads: 512,
            concurrent_downloads: 2048,
            queue: 256,
            queue_timeout: Duration::from_secs(5),
        }
    }
}
