//! Jobs that one process does at a time, of all that stand on the same stores.
//!
//! Whoever does a job holds its lease: a record in the metadata that names the holder, and that the holder says again and
//! again. Everybody else looks at that record now and then, and takes it over when it has not changed for a while. Every
//! holder has a term, a number that only rises.
//!
//! # What is promised
//! - *Two never act at once.* A holder stops in time: its work is dropped when half the length of the lease has passed
//!   since it last sent a word that arrived. Nobody takes over before three quarters have passed since the last word
//!   arrived.
//! - *A lost worker is replaced within the length of the lease.* One that ends properly gives the lease back, and the next
//!   one takes it when it looks: after a second at most.
//! - *No clock is compared with another.* Each side measures how long something takes, by the clock that only rises; what
//!   time it is matters to nobody. One clock may go a quarter faster than another.
//! - *Who was replaced writes nothing.* What a holder writes depends on its term, see [`Term::fence`].
//!
//! # What is not
//! A process that is stopped (SIGSTOP, a machine that sleeps) cannot stop its work. When it wakes up it drops the work
//! before it goes on with it, if its clock went on meanwhile, and it writes nothing. But what it had handed to the
//! operating system or to other tasks before it was stopped is still sent: the rest of a request that was under way. A
//! machine that is put to sleep as a whole may not count that time; then the work goes on until the next word of the
//! holder is refused, within a sixth of the lease. So whoever is told something by a job must stand being told it twice.
//!
//! # Why a fence names a term and no holder
//! A term is given by a commit whose condition is the term and the word before it, and every commit that changes the holder,
//! or gives the lease back, begins another. So a store gives each term once, also where an answer was lost or a commit arrives
//! late, and its number says who holds it. One history gives a term twice: the database forgets what it had acknowledged,
//! as when a standby that lagged behind takes over. Whoever had the forgotten term, and whoever has it now, may then both
//! write until the next word of either, which begins another term, is refused to the other: within a sixth of the lease.
//! What the jobs here write stands that as well, since it depends on what it replaces.

mod hold;
mod keep;
mod sight;
mod strict;
mod term;
mod times;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::Registry;
use keep::Keep;
use times::Times;

pub use term::Term;

/// The lease of a job: whoever holds it does the job.
///
/// Cloning is cheap, and clones tell the same.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use registry_engine::Registry;
/// use registry_engine::lease::Lease;
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
/// let lease = Lease::new(&registry, "example.tidy").length(Duration::from_secs(30));
/// let tidy = |term| {
///     let registry = &registry;
///     async move {
///         // Dropped when the lease is lost.
///         registry.expire_uploads_in(&term).await.expect("memory does not fail");
///     }
/// };
/// lease.run(tidy, std::future::pending()).await;
/// assert!(!lease.is_held());
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Lease {
    registry: Registry,
    name: Arc<str>,
    times: Times,
    alone: bool,
    held: Arc<AtomicBool>,
}

impl Lease {
    /// The lease of the job of this name, 15 seconds long.
    pub fn new(registry: &Registry, name: &str) -> Self {
        let times = Times::of(Duration::from_secs(15));
        Self { registry: registry.clone(), name: name.into(), times, alone: false, held: Arc::default() }
    }

    /// So long; everybody who wants the same job must say the same. A lost worker is replaced within it, and a worker whose
    /// store does not answer stops within half of it. Less than a tenth of a second counts as that, and more than a day as a
    /// day.
    pub fn length(self, length: Duration) -> Self {
        Self { times: Times::of(length), ..self }
    }

    /// Nobody else can be on the same stores, as in memory or when the stores are locked: the lease is taken at once, from
    /// whomever, and held without another word. Where there is somebody else after all, the last one to come can write.
    pub fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// The name of the job.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the job is being done here.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// Does the work whenever the lease is held, each time in a new term, until the work comes to an end in one of them or
    /// `shutdown` is done. Then the lease is given back.
    ///
    /// When the lease is lost the work is dropped where it is, and the lease is contended for again. On shutdown the work is
    /// told by [`Term::ending`], and ends when it wants to; the lease is kept as long. A store that fails is tried again.
    ///
    /// The work is done in the task of the caller. It must not keep the thread for longer than a quarter of the lease
    /// without an await, because nobody can drop it then.
    ///
    /// # Cancel safety
    /// Dropping the future drops the work. The lease is not given back: somebody else takes over when it has run out.
    pub async fn run<F, Work>(&self, mut work: F, shutdown: impl Future<Output = ()> + Send)
    where
        F: FnMut(Term) -> Work + Send,
        Work: Future<Output = ()> + Send,
    {
        let mut shutdown = pin!(shutdown);
        let mut keep = tokio::select! {
            () = &mut shutdown => return,
            keep = Keep::new(self) => keep,
        };
        loop {
            let held = tokio::select! {
                biased;
                () = &mut shutdown => return,
                held = keep.take() => held,
            };
            let _told = Told::new(&self.held);
            if hold::hold(&keep, held, &mut work, shutdown.as_mut()).await {
                return;
            }
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lease = f.debug_struct("Lease");
        lease.field("name", &self.name).field("times", &self.times).field("alone", &self.alone);
        lease.field("held", &self.is_held()).finish_non_exhaustive()
    }
}

/// Tells that the lease is held for as long as it is there.
struct Told<'a>(&'a AtomicBool);

impl<'a> Told<'a> {
    fn new(held: &'a AtomicBool) -> Self {
        held.store(true, Ordering::Relaxed);
        Self(held)
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
