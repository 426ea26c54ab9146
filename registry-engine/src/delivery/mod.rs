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
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::lease::{Lease, Term};
use crate::{Registry, Result};
use line::Line;

/// How long what is under way may take to come to its end before the lease is given back.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long to wait when a store fails.
const BREATH: Duration = Duration::from_secs(1);

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
    /// Whether deliveries go on here as soon as the lease is held.
    waits: Arc<AtomicBool>,
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
        Self { registry, lines: Arc::new(watch::Sender::new(lines)), waits: Arc::default() }
    }

    /// From now on also this endpoint, in place of the one with the same name where there is one: it goes on where that
    /// one is, and begins when what is under way to that one has ended.
    ///
    /// Where deliveries are running they take it up at once. A new endpoint begins with what happens from then on, or
    /// from when it is [prepared](Self::prepare), whoever is first of all processes that run deliveries, under a lease or not.
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
        running::run(self.lines.subscribe(), shutdown, None).await;
    }

    /// Delivers whenever the lease is held, until `shutdown` is done; then ends what is under way, drops what takes longer
    /// than two seconds, which is told again by whoever comes next, and gives the lease back.
    ///
    /// So of all processes on the same stores one delivers, to all endpoints that it has. One that has none does not
    /// contend for the lease. When the lease is lost, what is under way is dropped: it may have reached the endpoint, and is
    /// told again by whoever takes over. How far an endpoint is can only be noted by who holds the lease.
    ///
    /// ```no_run
    /// # use std::future::Future;
    /// use registry_engine::Registry;
    /// use registry_engine::delivery::Deliveries;
    /// use registry_engine::lease::Lease;
    ///
    /// # async fn example(registry: Registry, deliveries: Deliveries, shutdown: impl Future<Output = ()> + Send) {
    /// let lease = Lease::new(&registry, "events.delivery");
    /// deliveries.run_under(&lease, shutdown).await;
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future ends all deliveries, and the lease runs out by itself.
    pub async fn run_under(&self, lease: &Lease, shutdown: impl Future<Output = ()> + Send) {
        let (mut shutdown, mut ended) = (pin!(shutdown), false);
        let mut lines = self.lines.subscribe();
        while !ended {
            tokio::select! {
                () = &mut shutdown => return,
                _ = lines.wait_for(|lines| !lines.is_empty()) => {}
            }
            let _waits = Waits::new(&self.waits);
            let over = async {
                tokio::select! {
                    () = &mut shutdown => ended = true,
                    _ = lines.wait_for(Vec::is_empty) => {}
                }
            };
            let work = |term: Term| async move {
                let farewell = async {
                    term.ending().await;
                    tokio::time::sleep(FAREWELL).await;
                };
                tokio::select! {
                    () = running::run(self.lines.subscribe(), term.ending(), Some(term.fence())) => {}
                    // Whoever waits for the lease is not held up by an endpoint that is slow.
                    () = farewell => {}
                }
            };
            tokio::select! {
                () = lease.run(work, over) => {}
                () = self.prepare_always() => {}
            }
        }
    }

    /// Notes where new endpoints begin as soon as they come, whoever holds the lease. It never ends.
    async fn prepare_always(&self) {
        let mut lines = self.lines.subscribe();
        loop {
            let new = lines.borrow_and_update().clone();
            for line in new {
                while line.prepare().await.is_err() {
                    tokio::time::sleep(BREATH).await;
                }
            }
            if lines.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// How each endpoint is doing, in the order in which they were given.
    ///
    /// # Errors
    /// When a store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn status(&self) -> Result<Vec<EndpointStatus>> {
        let lines = self.lines();
        for line in &lines {
            line.look().await?;
        }
        let (newest, waits) = (self.registry.last_event().await?, self.waits.load(Ordering::Relaxed));
        let status = lines.iter().map(|line| {
            let mut status = line.status(newest);
            if waits && status.state == EndpointState::Stopped {
                status.state = EndpointState::Standby;
            }
            status
        });
        Ok(status.collect())
    }
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries").field("lines", &self.lines()).finish_non_exhaustive()
    }
}

/// Tells that the lease is wanted for as long as it is there.
struct Waits<'a>(&'a AtomicBool);

impl<'a> Waits<'a> {
    fn new(waits: &'a AtomicBool) -> Self {
        waits.store(true, Ordering::Relaxed);
        Self(waits)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
