//! Following the log of events.

use std::time::Duration;

use registry_core::Event;
use tokio::sync::watch;

use crate::{Registry, Result};

/// How long events may stay unseen that another process has written, or another registry on the same stores.
const POLL: Duration = Duration::from_secs(1);

/// A reader of the log of events that waits for what happens next.
///
/// It sees every event once, in order and without gaps. What this registry writes wakes it at once, and so does what
/// others write on the same stores where the metadata is told of it; otherwise that is seen within a second.
///
/// ```
/// use std::sync::Arc;
///
/// use registry_core::Actor;
/// use registry_engine::Registry;
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> registry_engine::Result<()> {
/// let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
/// let mut follower = registry.follow(registry.last_event().await?);
/// let blob = registry_core::Digest::sha256_of(b"hello");
/// let name = "greetings".parse().expect("it is a name");
/// let body = Box::pin(futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"hello"))]));
/// registry.repository(name).put_blob(&Actor::anonymous(), &blob, Some(5), body).await?;
/// assert_eq!(follower.next(100).await?[0].seq, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Follower {
    registry: Registry,
    after: u64,
    news: watch::Receiver<u64>,
}

impl Follower {
    pub(crate) fn new(registry: Registry, after: u64) -> Self {
        let news = registry.inner.news();
        Self { registry, after, news }
    }

    /// The number of the last event that was answered, or where it began.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.after
    }

    /// Reads on behind the event with this number.
    pub const fn seek(&mut self, after: u64) {
        self.after = after;
    }

    /// The next events: at least one and at most `limit`, which counts as one when it is zero. Waits until there are
    /// some.
    ///
    /// # Errors
    /// When a store fails. Asking again goes on at the same place.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: the position moves only with an answer.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Event>> {
        let mut told = false;
        loop {
            // Whatever is written after this line wakes the wait below.
            self.news.borrow_and_update();
            let events = self.registry.events(self.after, limit.max(1)).await?;
            if let Some(last) = events.last() {
                self.after = last.seq;
                return Ok(events);
            }
            if std::mem::take(&mut told) {
                // Told of what is not there, as behind a database that lost its last events: not to be asked for at once.
                tokio::time::sleep(POLL).await;
            }
            // The sender lives as long as the registry that is held here; an error is a reason to poll.
            tokio::select! {
                _ = tokio::time::timeout(POLL, self.news.changed()) => {}
                () = self.registry.inner.metadata.news(self.after) => told = true,
            }
        }
    }
}
