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
mod sink;
mod status;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::join_all;
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
    lines: Arc<[Line]>,
}

impl Deliveries {
    /// Deliveries to these endpoints. Of several with the same name only the first is kept, as they would share how
    /// far they are.
    #[must_use]
    pub fn new(registry: Registry, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        for endpoint in endpoints {
            if lines.iter().all(|line| line.name() != endpoint.name) {
                lines.push(Line::new(registry.clone(), endpoint));
            }
        }
        Self { registry, lines: lines.into() }
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
        for line in self.lines.iter() {
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
        let (stop, stopping) = watch::channel(false);
        let lines = join_all(self.lines.iter().map(|line| line.run(stopping.clone())));
        let end = async {
            shutdown.await;
            stop.send_replace(true);
        };
        tokio::join!(lines, end);
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
        Ok(self.lines.iter().map(|line| line.status(newest)).collect())
    }
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries").field("lines", &self.lines).finish_non_exhaustive()
    }
}
