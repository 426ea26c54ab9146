//! Telling others what happened: each endpoint gets the events that it wants, in order, at least once.
//!
//! How far an endpoint is stands in the metadata, and moves only after the endpoint has taken what it was given. So
//! nothing is lost when the process is killed at any point; what was on its way then is delivered again, under the same
//! ids.
//!
//! An endpoint that does not take its events is tried again at growing intervals, and at the longest one it is held
//! back until it answers. No endpoint waits for another, and nothing is ever skipped: an endpoint that refuses an event
//! for good stays where it is until it takes the event, or until its operator gives it another name.

mod backoff;
mod cursor;
mod endpoint;
mod line;
mod running;
mod sink;
mod status;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

use crate::{Registry, Result};
use line::Line;

pub use endpoint::Endpoint;
pub use sink::{Delivery, EventBatch, EventSink};
pub use status::{EndpointState, EndpointStatus};

/// The endpoints that are told what happens in a registry.
///
/// Cloning is cheap, and clones are the same deliveries.
///
/// ```
/// use std::sync::Arc;
///
/// use async_trait::async_trait;
/// use registry_engine::delivery::{Deliveries, Delivery, Endpoint, EventBatch, EventSink};
/// use registry_engine::Registry;
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// #[derive(Debug)]
/// struct Print;
///
/// #[async_trait]
/// impl EventSink for Print {
///     async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
///         println!("{:?}", batch.events);
///         Delivery::Taken
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> registry_engine::Result<()> {
/// let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
/// let deliveries = Deliveries::new(registry, [Endpoint::new("print", Arc::new(Print))]);
/// deliveries.prepare().await?;
/// let shutdown = async { /* until the program is told to end */ };
/// deliveries.run(shutdown).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Deliveries {
    registry: Registry,
    lines: Arc<watch::Sender<Vec<Arc<Line>>>>,
}

impl Deliveries {
    /// Deliveries to these endpoints. Of several with the same name only the first is kept, as they would share how
    /// far they are.
    #[must_use]
    pub fn new(registry: Registry, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let mut lines: Vec<Arc<Line>> = Vec::new();
        for endpoint in endpoints {
            if lines.iter().all(|line| line.name() != endpoint.name) {
                lines.push(Arc::new(Line::new(registry.clone(), endpoint)));
            }
        }
        Self { registry, lines: Arc::new(watch::Sender::new(lines)) }
    }

    /// From now on also this endpoint, in place of the one with the same name where there is one: it goes on where that
    /// one is, and begins when what is under way to that one has ended.
    ///
    /// Where deliveries are running they take it up at once. A new endpoint begins with what happens from then on, or
    /// from when it is [prepared](Self::prepare).
    pub fn put(&self, endpoint: Endpoint) {
        let line = Arc::new(Line::new(self.registry.clone(), endpoint));
        self.lines.send_modify(|lines| match lines.iter_mut().find(|other| other.name() == line.name()) {
            Some(other) => *other = line,
            None => lines.push(line),
        });
    }

    /// No more to the endpoint of this name; what is under way to it comes to its end. How far it is stays noted: when it
    /// is [put](Self::put) back, it is told what happened in between.
    pub fn remove(&self, name: &str) {
        self.lines.send_modify(|lines| lines.retain(|line| line.name() != name));
    }

    fn lines(&self) -> Vec<Arc<Line>> {
        self.lines.borrow().clone()
    }

    /// Notes for every new endpoint where it begins. What happens from then on reaches it, so this comes before the
    /// first request is answered.
    ///
    /// # Errors
    /// When a store fails; then it is to be called again.
    ///
    /// # Cancel safety
    /// Some endpoints may have been noted.
    pub async fn prepare(&self) -> Result<()> {
        for line in self.lines() {
            line.prepare().await?;
        }
        Ok(())
    }

    /// Delivers until `shutdown` is done, and then ends what is under way. One call at a time is meant to run; several,
    /// also in other processes, lose nothing and tell things twice.
    ///
    /// # Cancel safety
    /// Dropping the future ends all deliveries. Those that were under way are repeated by the next call.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        running::run(self.lines.subscribe(), shutdown).await;
    }

    /// How each endpoint is doing, in the order in which they were given.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn status(&self) -> Result<Vec<EndpointStatus>> {
        let newest = self.registry.last_event().await?;
        Ok(self.lines().iter().map(|line| line.status(newest)).collect())
    }
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries").field("lines", &self.lines()).finish_non_exhaustive()
    }
}
