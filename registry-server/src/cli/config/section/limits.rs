//! `[limits]`.

use std::time::Duration;

use super::super::shape::Size;
use super::section;

section! {
    /// What a client may take of the server. A request as a whole has no limit of time: an upload may last a day, as long
    /// as bytes arrive.
    Limits {
        /// How long the head of a request may take from its first byte to its last.
        header_timeout: Duration = Duration::from_secs(10),
        /// How long a connection may rest between requests. Longer than the 90 s of clients written in Go, so that it is
        /// they who close it.
        idle_timeout: Duration = Duration::from_secs(120),
        /// How long a body may rest without a byte, in either direction.
        body_idle_timeout: Duration = Duration::from_secs(60),
        /// The least bytes per second of a body. 0 means none.
        min_rate: Size = Size(1 << 10),
        /// The largest head of a request.
        head_bytes: Size = Size(64 << 10),
        /// The longest path with its query.
        uri_bytes: Size = Size(8 << 10),
        /// The most connections at once. 0 means no limit.
        connections: u64 = 4096,
        /// The most connections of one address at once. 0 means no limit.
        connections_per_address: u64 = 0,
        /// The most requests of one connection. 0 means no limit.
        requests_per_connection: u64 = 0,
        /// The most requests that are worked on at once. What is beyond waits for a moment, and is then answered by 503.
        concurrent_requests: u64 = 1024,
        /// The largest manifest.
        manifest_bytes: Size = Size(4 << 20),
    }
}
