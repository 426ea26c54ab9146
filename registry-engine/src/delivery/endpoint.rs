//! An endpoint, before anything is delivered to it.

use std::sync::Arc;
use std::time::Duration;

use super::EventSink;
use super::backoff::Backoff;

/// Where events are delivered to.
#[derive(Debug, Clone)]
#[must_use]
pub struct Endpoint {
    pub(super) name: String,
    pub(super) sink: Arc<dyn EventSink>,
    pub(super) batch: usize,
    pub(super) backoff: Backoff,
    pub(super) from_beginning: bool,
}

impl Endpoint {
    /// An endpoint that begins with what happens after it was first prepared, and takes up to 100 events at once.
    ///
    /// How far it is is kept under its name: a new name is a new endpoint.
    pub fn new(name: impl Into<String>, sink: Arc<dyn EventSink>) -> Self {
        Self { name: name.into(), sink, batch: 100, backoff: Backoff::default(), from_beginning: false }
    }

    /// At most this many events at once; at least one.
    pub fn batch(self, events: usize) -> Self {
        Self { batch: events.max(1), ..self }
    }

    /// How long to wait after the first failure, which doubles with each further one, and at most: half a second and
    /// five minutes unless said otherwise. Each wait is cut by up to a half at random.
    pub fn backoff(self, first: Duration, longest: Duration) -> Self {
        Self { backoff: Backoff::new(first, longest), ..self }
    }

    /// When it is new, it begins with the first event that there ever was.
    pub fn from_beginning(self) -> Self {
        Self { from_beginning: true, ..self }
    }
}
