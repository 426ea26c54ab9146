//! Three processes that are killed, ended and stopped, on a store that is slow and fails, each with a clock of its own.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;
use registry_engine::Registry;
use registry_engine::lease::{Lease, Term};
use registry_storage::{Change, Commit, MetadataStore};
use tokio::time::sleep;

use crate::support::fault::{Chance, Faults, Weather};
use crate::support::{HandClock, World, actor};

const LENGTH: Duration = Duration::from_secs(12);
const PROCESSES: usize = 3;

/// What everybody would see who could look at all processes at once.
#[derive(Debug, Default)]
struct Scene {
    /// In which term each process is at work.
    at_work: BTreeMap<usize, u64>,
    stopped: [bool; PROCESSES],
    /// The term of the newest act.
    newest: u64,
    acts: u32,
    takeovers: u32,
}

impl Scene {
    /// The process does something. Others may be at work only if they are stopped, and no former term acts again.
    fn act(&mut self, process: usize, term: u64) {
        assert!(!self.stopped[process]);
        for (other, others) in &self.at_work {
            assert!(
                *other == process || self.stopped[*other],
                "{process} in {term} acts beside {other} in {others}"
            );
        }
        assert!(term >= self.newest, "{process} acts in {term} after somebody did in {}", self.newest);
        self.takeovers += u32::from(term > self.newest);
        (self.newest, self.acts) = (term, self.acts + 1);
    }
}

struct AtWork(Arc<Mutex<Scene>>, usize);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).at_work.remove(&self.1);
    }
}

/// A process that can be stopped, as by SIGSTOP: its future is not polled, whoever wakes it.
struct Stoppable<F> {
    process: usize,
    scene: Arc<Mutex<Scene>>,
    waker: Arc<Mutex<Option<Waker>>>,
    run: Pin<Box<F>>,
}

impl<F: Future<Output = ()>> Future for Stoppable<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.scene.lock().unwrap().stopped[self.process] {
            *self.waker.lock().unwrap() = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.run.as_mut().poll(context)
    }
}

/// A process that lives, dies and comes back for ever.
async fn process(
    number: usize,
    registry: Registry,
    store: Arc<dyn MetadataStore>,
    scene: Arc<Mutex<Scene>>,
    seed: u64,
) {
    let mut chance = Chance::new(seed);
    loop {
        let lease = Lease::new(&registry, "job").length(LENGTH);
        let ends = chance.up_to(LENGTH * 10);
        let work =
            |term: Term| work(number, term, Arc::clone(&store), Arc::clone(&scene), chance.below(u64::MAX));
        let waker: Arc<Mutex<Option<Waker>>> = Arc::default();
        let run = Stoppable {
            process: number,
            scene: Arc::clone(&scene),
            waker: Arc::clone(&waker),
            run: Box::pin(lease.run(work, sleep(ends))),
        };
        let mut fate = Chance::new(seed ^ u64::try_from(ends.as_micros()).unwrap());
        let stops = async {
            loop {
                sleep(fate.up_to(LENGTH * 3)).await;
                scene.lock().unwrap().stopped[number] = true;
                sleep(fate.up_to(LENGTH * 2)).await;
                scene.lock().unwrap().stopped[number] = false;
                if let Some(waker) = waker.lock().unwrap().take() {
                    waker.wake();
                }
            }
        };
        let killed = sleep(Chance::new(!seed ^ ends.subsec_nanos() as u64).up_to(LENGTH * 12));
        tokio::select! {
            () = run => {}
            () = stops => {}
            () = killed => {}
        }
        scene.lock().unwrap().stopped[number] = false;
        sleep(fate.up_to(LENGTH)).await;
    }
}

async fn work(number: usize, term: Term, store: Arc<dyn MetadataStore>, scene: Arc<Mutex<Scene>>, seed: u64) {
    let mut chance = Chance::new(seed);
    let at_work = AtWork(Arc::clone(&scene), number);
    scene.lock().unwrap().at_work.insert(number, term.number());
    let ended = async {
        term.ending().await;
        // Something is under way.
        sleep(Duration::from_millis(700)).await;
    };
    let acts = async {
        loop {
            scene.lock().unwrap().act(number, term.number());
            let value = term.number().to_string().into();
            let note = Change::PutDocument { kind: "note".into(), key: "term".into(), value };
            let commit = Commit::new(actor().clone(), registry_core::Timestamp::from_micros(1));
            let _ = store.commit(commit.require(term.fence()).change(note)).await;
            sleep(chance.up_to(LENGTH / 20)).await;
        }
    };
    tokio::select! {
        () = ended => {}
        () = acts => {}
    }
    drop(at_work);
}

async fn live(seed: u64) -> (u32, u32) {
    let world = World::in_memory();
    let scene: Arc<Mutex<Scene>> = Arc::default();
    let mut chance = Chance::new(seed);
    let processes = (0..PROCESSES).map(|number| {
        let faults = Faults::default();
        faults.set_weather(Weather::bad(chance.below(u64::MAX), LENGTH));
        let store = faults.metadata(Arc::clone(&world.metadata));
        let clock = Arc::new(HandClock::default());
        clock.advance(Duration::from_secs(300) * u32::try_from(number).unwrap());
        let registry = Registry::builder(Arc::clone(&world.blobs), Arc::clone(&store)).clock(clock).build();
        process(number, registry, store, Arc::clone(&scene), chance.below(u64::MAX))
    });
    let all = futures_util::future::join_all(processes.collect::<Vec<_>>());
    tokio::time::timeout(LENGTH * 100, all).await.unwrap_err();
    // What was written in a term is never followed by something of a former one.
    let notes = world.registry.events(0, usize::MAX).await.unwrap();
    let scene = scene.lock().unwrap();
    assert!(notes.len() <= usize::try_from(scene.acts).unwrap());
    (scene.acts, scene.takeovers)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_never_act_at_once(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (acts, takeovers) = runtime.block_on(live(seed));
        prop_assert!(acts > 200, "only {acts} acts");
        prop_assert!(takeovers > 10, "only {takeovers} takeovers");
    }
}
