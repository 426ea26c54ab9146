//! `[limits]`.

use std::num::NonZeroU64;
use std::time::Duration;

use registry_engine::Settings;

use super::super::shape::{Size, count};
use super::section;

section! {
    /// What a client may take up. A request as a whole has no limit of time: an upload may last a day, as long as bytes
    /// arrive. The chapter on limits tells what a client sees.
    Limits {
        /// How long the head of a request may take from its first byte to its last.
        header_timeout: Duration = wire().header_timeout => reload,
        /// How long a connection may rest between requests. Longer than the 90 s of clients written in Go, so that it is
        /// they who close it.
        idle_timeout: Duration = wire().idle_timeout => reload,
        /// How long a body may rest without a byte, in either direction.
        body_idle_timeout: Duration = wire().body_idle_timeout => reload,
        /// The least bytes per second that a client must send or take of a body, on average. 0 means none.
        min_rate: Size = Size(wire().min_rate) => reload,
        /// The largest head of a request: request line and headers.
        head_bytes: Size = Size::of(wire().head_bytes) => reload,
        /// The longest path with its query.
        uri_bytes: Size = Size::of(wire().uri_bytes) => reload,
        /// The most connections at once.
        connections: NonZeroU64 = count(wire().connections) => reload,
        /// The most connections of one address at once. 0 means no limit. Behind a proxy all come from one address.
        connections_per_address: u64 = wire().connections_per_address as u64 => reload,
        /// The most requests of one connection. 0 means no limit.
        requests_per_connection: u64 = wire().requests_per_connection as u64 => reload,
        /// The most requests that are worked on at once, uploads apart.
        concurrent_requests: NonZeroU64 = count(wire().concurrent_requests) => reload,
        /// The most requests with the bytes of a blob or manifest that are worked on at once.
        concurrent_uploads: NonZeroU64 = count(wire().concurrent_uploads) => reload,
        /// The most blobs on their way to clients at once.
        concurrent_downloads: NonZeroU64 = count(wire().concurrent_downloads) => reload,
        /// The most requests that wait for one of these places to become free, for each kind of place.
        queue: u64 = wire().queue as u64 => reload,
        /// How long a request waits for a place before it is refused.
        queue_timeout: Duration = wire().queue_timeout => reload,
        /// The largest manifest.
        manifest_bytes: Size = Size(Settings::default().max_manifest_bytes) => reload,
    }
}

/// The defaults are those of the library.
fn wire() -> registry_server::Limits {
    registry_server::Limits::default()
}

impl Limits {
    /// The same as the server takes it.
    pub(crate) fn wire(&self) -> registry_server::Limits {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut limits = wire();
        limits.header_timeout = self.header_timeout;
        limits.idle_timeout = self.idle_timeout;
        limits.body_idle_timeout = self.body_idle_timeout;
        limits.min_rate = self.min_rate.0;
        limits.head_bytes = number(self.head_bytes.0);
        limits.uri_bytes = number(self.uri_bytes.0);
        limits.connections = number(self.connections.get());
        limits.connections_per_address = number(self.connections_per_address);
        limits.requests_per_connection = number(self.requests_per_connection);
        limits.concurrent_requests = number(self.concurrent_requests.get());
        limits.concurrent_uploads = number(self.concurrent_uploads.get());
        limits.concurrent_downloads = number(self.concurrent_downloads.get());
        limits.queue = number(self.queue);
        limits.queue_timeout = self.queue_timeout;
        limits
    }
}
