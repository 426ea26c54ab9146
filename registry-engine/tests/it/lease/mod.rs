//! Leases: one does the job, and when it is lost another does.

mod fence;
mod weather;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use registry_engine::Registry;
use registry_engine::lease::{Lease, Term};
use registry_storage::metadata::JobRecord;
use registry_storage::{Change, Commit};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::support::{HandClock, World, actor};

const LENGTH: Duration = Duration::from_secs(24);
/// From one look to the next, at most.
const LOOK: Duration = Duration::from_secs(1);

/// A registry of another process on the same stores, whose clock is wrong by five minutes.
fn other(world: &World, ahead: bool) -> Registry {
    let clock = Arc::new(HandClock::default());
    clock.advance(Duration::from_secs(if ahead { 600 } else { 0 }));
    world.clock.advance(Duration::from_secs(if ahead { 0 } else { 300 }));
    Registry::builder(Arc::clone(&world.blobs), Arc::clone(&world.metadata)).clock(clock).build()
}

/// A worker in a task of its own.
struct Worker {
    lease: Lease,
    /// The terms in which it began to work.
    terms: mpsc::UnboundedReceiver<u64>,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Worker {
    fn start(lease: Lease, busy: &Arc<AtomicU32>) -> Self {
        let (told, terms) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let (running, busy) = (lease.clone(), Arc::clone(busy));
        let task = tokio::spawn(async move {
            let work = |term: Term| {
                let (told, busy) = (told.clone(), Arc::clone(&busy));
                async move {
                    let _busy = Busy::new(busy);
                    told.send(term.number()).unwrap();
                    term.ending().await;
                }
            };
            running.run(work, async { drop(stopped.await) }).await;
        });
        Self { lease, terms, stop, task }
    }

    async fn begins(&mut self) -> u64 {
        self.terms.recv().await.unwrap()
    }

    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    async fn end(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

/// Nobody else may work at this time.
struct Busy(Arc<AtomicU32>);

impl Busy {
    fn new(busy: Arc<AtomicU32>) -> Self {
        assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0, "two act at once");
        Self(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lease(registry: &Registry) -> Lease {
    Lease::new(registry, "job").length(LENGTH)
}

async fn job(world: &World) -> JobRecord {
    world.metadata.job("job").await.unwrap()
}

/// Puts the job as somebody would who knows nothing of leases.
async fn put(world: &World, name: &str, holder: Option<&str>) {
    let put = Change::PutJob { name: name.to_owned(), holder: holder.map(str::to_owned) };
    let commit = Commit::new(actor().clone(), world.registry.now()).change(put);
    world.metadata.commit(commit).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_free_lease_is_taken_at_once_and_kept() {
    let (world, busy, begin) = (World::in_memory(), Arc::default(), Instant::now());
    let mut first = Worker::start(lease(&world.registry), &busy);
    assert_eq!(first.begins().await, 1);
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert!(first.lease.is_held());
    let mut second = Worker::start(lease(&other(&world, true)), &busy);
    assert!(timeout(LENGTH * 10, second.begins()).await.is_err(), "one of two works");
    assert!(!second.lease.is_held());
    // A word every sixth of the length.
    assert_eq!((job(&world).await.term, job(&world).await.beat), (1, 59));
    assert_eq!(world.registry.last_event().await.unwrap(), 0, "nobody is told of leases");
    first.end().await;
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_any_length_is_held() {
    for length in [Duration::ZERO, Duration::MAX] {
        let (world, busy) = (World::in_memory(), Arc::default());
        let mut worker = Worker::start(lease(&world.registry).length(length), &busy);
        assert_eq!(worker.begins().await, 1);
        tokio::time::sleep(LENGTH).await;
        assert!(worker.lease.is_held());
        worker.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_ends_is_replaced_at_the_next_look() {
    let (world, busy) = (World::in_memory(), Arc::default());
    let mut first = Worker::start(lease(&world.registry), &busy);
    first.begins().await;
    let mut second = Worker::start(lease(&other(&world, false)), &busy);
    tokio::time::sleep(LENGTH).await;
    let lease = first.lease.clone();
    first.end().await;
    assert!(!lease.is_held());
    let end = Instant::now();
    assert_eq!(second.begins().await, 3, "nobody held it in between");
    assert!(end.elapsed() <= LOOK, "{:?}", end.elapsed());
    second.end().await;
    assert_eq!(job(&world).await.holder, None);
}

/// Killed at any time between two of its words, with clocks that differ by five minutes in either direction.
#[tokio::test(start_paused = true)]
async fn a_lost_worker_is_replaced_within_the_lease() {
    for ahead in [true, false] {
        for step in 0..12 {
            let (world, busy) = (World::in_memory(), Arc::default());
            let mut first = Worker::start(lease(&world.registry), &busy);
            first.begins().await;
            let mut second = Worker::start(lease(&other(&world, ahead)), &busy);
            tokio::time::sleep(LENGTH + LENGTH * step / 24).await;
            first.kill().await;
            let end = Instant::now();
            assert_eq!(second.begins().await, 2);
            assert!(end.elapsed() <= LENGTH, "{:?} after {step}", end.elapsed());
            assert!(
                end.elapsed() >= LENGTH / 2,
                "nobody knows so early that it is lost: {:?}",
                end.elapsed()
            );
            second.end().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_was_replaced_stops_with_its_next_word() {
    let (world, busy) = (World::in_memory(), Arc::<AtomicU32>::default());
    let mut first = Worker::start(lease(&world.registry), &busy);
    first.begins().await;
    put(&world, "job", Some("somebody")).await;
    let taken = Instant::now();
    while busy.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(LENGTH / 100).await;
    }
    assert!(taken.elapsed() <= LENGTH / 5, "{:?}", taken.elapsed());
    assert_eq!(job(&world).await.holder.as_deref(), Some("somebody"), "it says nothing any more");
    // That one never says another word.
    assert_eq!(first.begins().await, 3);
    first.end().await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_else_is_the_lease_is_taken_at_once_and_costs_nothing() {
    let (world, busy) = (World::in_memory(), Arc::default());
    put(&world, "job", Some("a process that was killed")).await;
    let begin = Instant::now();
    let mut only = Worker::start(lease(&world.registry).alone(), &busy);
    assert_eq!(only.begins().await, 2);
    assert_eq!(begin.elapsed(), Duration::ZERO);
    tokio::time::sleep(LENGTH * 10).await;
    assert!(only.lease.is_held());
    assert_eq!(job(&world).await.beat, 0, "nothing was written since");
    only.end().await;
}

#[tokio::test(start_paused = true)]
async fn work_that_is_done_gives_the_lease_back() {
    let world = World::in_memory();
    for round in 0..3 {
        let mut done = 0;
        let work = |term: Term| {
            done = term.number();
            async {}
        };
        lease(&world.registry).run(work, pending()).await;
        assert_eq!((done, job(&world).await.term), (2 * round + 1, 2 * round + 2));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_the_lease_can_be_ended() {
    let (world, busy) = (World::in_memory(), Arc::default());
    let mut first = Worker::start(lease(&world.registry), &busy);
    first.begins().await;
    let second = Worker::start(lease(&world.registry), &busy);
    tokio::time::sleep(LENGTH).await;
    second.end().await;
    assert_eq!(job(&world).await.term, 1, "it changed nothing");
    first.end().await;
}

#[tokio::test(start_paused = true)]
async fn work_that_goes_on_after_the_shutdown_keeps_the_lease() {
    let world = World::in_memory();
    let lease = lease(&world.registry);
    let begin = Instant::now();
    let work = |term: Term| async move {
        term.ending().await;
        tokio::time::sleep(LENGTH * 3).await;
    };
    lease.run(work, tokio::time::sleep(LENGTH)).await;
    assert_eq!(begin.elapsed(), LENGTH * 4);
    assert_eq!((job(&world).await.term, job(&world).await.holder), (2, None));
}
