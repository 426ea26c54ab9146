//! Deliveries: nothing lost, in order, and nobody waits for anybody.

mod change;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Event, EventKind};
use registry_engine::Registry;
use registry_engine::delivery::{
    Deliveries, Delivery, Endpoint, EndpointState, EndpointStatus, EventBatch, EventSink,
};
use tokio::sync::{oneshot, watch};

use crate::support::World;

/// A sink that answers by a script, and takes everything when that is at its end.
#[derive(Debug, Default)]
struct Recorder {
    script: Mutex<VecDeque<Delivery>>,
    /// What was tried, in order: the numbers of the events, and whether they were taken.
    tried: Mutex<Vec<(Vec<u64>, bool)>>,
    ids: Mutex<Vec<String>>,
    /// Whether everything is turned away.
    down: Mutex<bool>,
    /// Only events of blobs are wanted.
    picky: bool,
    taken: watch::Sender<u64>,
}

#[async_trait]
impl EventSink for Recorder {
    fn wants(&self, event: &Event) -> bool {
        !self.picky || matches!(event.kind, EventKind::BlobLinked { .. }) && event.seq.is_multiple_of(100)
    }

    async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
        assert!(!batch.events.is_empty());
        let numbers: Vec<u64> = batch.events.iter().map(|event| event.seq).collect();
        let down = *self.down.lock().unwrap();
        let scripted = self.script.lock().unwrap().pop_front();
        let answer = if down { later("down") } else { scripted.unwrap_or(Delivery::Taken) };
        self.ids.lock().unwrap().extend(batch.events.iter().map(|event| batch.id_of(event)));
        self.tried.lock().unwrap().push((numbers.clone(), answer == Delivery::Taken));
        if answer == Delivery::Taken {
            self.taken.send_replace(*numbers.last().unwrap());
        }
        answer
    }
}

impl Recorder {
    fn scripted(script: impl IntoIterator<Item = Delivery>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.into_iter().collect()), ..Self::default() })
    }

    fn taken(&self) -> Vec<u64> {
        let tried = self.tried.lock().unwrap();
        tried.iter().filter(|(_, taken)| *taken).flat_map(|(numbers, _)| numbers.clone()).collect()
    }

    async fn has_taken(&self, seq: u64) {
        let mut taken = self.taken.subscribe();
        tokio::time::timeout(Duration::from_secs(20), taken.wait_for(|last| *last >= seq))
            .await
            .unwrap()
            .unwrap();
    }
}

fn later(reason: &str) -> Delivery {
    Delivery::Later { retry_after: None, reason: reason.to_owned() }
}

fn refused() -> Delivery {
    Delivery::Refused { reason: "status_400".to_owned() }
}

/// Deliveries that run until they are ended.
struct Running {
    deliveries: Deliveries,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(registry: &Registry, endpoints: Vec<Endpoint>) -> Self {
        let deliveries = Deliveries::new(registry.clone(), endpoints);
        deliveries.prepare().await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = deliveries.clone();
        let task = tokio::spawn(async move { running.run(async { drop(stopped.await) }).await });
        Self { deliveries, stop, task }
    }

    async fn stop(self) {
        drop(self.stop);
        tokio::time::timeout(Duration::from_secs(20), self.task).await.unwrap().unwrap();
    }

    async fn status(&self) -> EndpointStatus {
        self.deliveries.status().await.unwrap().swap_remove(0)
    }

    /// Waits for a status that can be asked for.
    async fn until(&self, wanted: impl Fn(&EndpointStatus) -> bool) -> EndpointStatus {
        for _ in 0..20_000 {
            let status = self.status().await;
            if wanted(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("it never came to that: {:?}", self.status().await);
    }
}

fn endpoint(name: &str, sink: &Arc<Recorder>) -> Endpoint {
    let sink = Arc::<Recorder>::clone(sink);
    Endpoint::new(name, sink).backoff(Duration::from_millis(1), Duration::from_millis(8)).from_beginning()
}

async fn blobs(world: &World, from: u8, to: u8) {
    for n in from..to {
        world.blob("a", &[n]).await;
    }
}

async fn everything_is_delivered_once_and_in_order_when_nothing_fails(world: World) {
    let sink = Recorder::scripted([]);
    blobs(&world, 0, 30).await;
    let running = Running::start(&world.registry, vec![endpoint("one", &sink).batch(7)]).await;
    blobs(&world, 30, 60).await;
    let newest = world.registry.last_event().await.unwrap();
    let status = running.until(|status| status.delivered == 60 && status.lag == 0).await;
    assert_eq!((status.state, status.failures, status.next_try), (EndpointState::Active, 0, None));
    running.stop().await;
    let log = world.registry.events(0, 1000).await.unwrap();
    let public: Vec<u64> =
        log.iter().filter(|event| event.repository.is_some()).map(|event| event.seq).collect();
    assert_eq!(sink.taken(), public);
    assert!(sink.tried.lock().unwrap().iter().all(|(numbers, _)| numbers.len() <= 7));
    assert!(newest >= 60);
    let ids = sink.ids.lock().unwrap().clone();
    let instance = world.registry.instance().await.unwrap();
    assert_eq!(ids[0], format!("{instance}-{}", public[0]));
}

async fn what_was_not_taken_is_tried_again_and_nothing_overtakes_it(world: World) {
    let script = [later("timeout"), later("status_503"), Delivery::Taken, refused(), refused(), later("x")];
    let sink = Recorder::scripted(script);
    let running = Running::start(&world.registry, vec![endpoint("one", &sink)]).await;
    blobs(&world, 0, 20).await;
    running.until(|status| status.delivered == 20 && status.lag == 0).await;
    let mut taken = sink.taken();
    assert_eq!(taken.len(), 20);
    taken.dedup();
    assert!(taken.is_sorted() && taken.len() == 20, "{taken:?}");
    // Whatever was not taken is what is tried next, one event at a time.
    let tried = sink.tried.lock().unwrap().clone();
    for pair in tried.windows(2).filter(|pair| !pair[0].1) {
        assert_eq!(pair[1].0, pair[0].0[..1], "{tried:?}");
    }
    assert_eq!(running.status().await.last_error.as_deref(), Some("x"));
    running.stop().await;
}

async fn a_restart_goes_on_where_it_was(world: World) {
    let first = Recorder::scripted([]);
    let running = Running::start(&world.registry, vec![endpoint("one", &first)]).await;
    blobs(&world, 0, 10).await;
    running.until(|status| status.delivered == 10).await;
    running.stop().await;
    blobs(&world, 10, 20).await;
    let second = Recorder::scripted([]);
    let registry = world.second();
    let running = Running::start(&registry, vec![endpoint("one", &second)]).await;
    running.until(|status| status.delivered == 10).await;
    running.stop().await;
    assert_eq!(first.taken().len(), 10);
    assert!(second.taken()[0] > *first.taken().last().unwrap());
}

async fn a_delivery_that_was_cut_off_is_repeated_with_the_same_ids(world: World) {
    #[derive(Debug)]
    struct Stuck(Arc<Recorder>, watch::Sender<bool>);
    #[async_trait]
    impl EventSink for Stuck {
        async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
            self.0.deliver(batch).await;
            self.1.send_replace(true);
            std::future::pending().await
        }
    }
    let first = Recorder::scripted([]);
    let (reached, mut reaching) = watch::channel(false);
    let stuck = Endpoint::new("one", Arc::new(Stuck(Arc::clone(&first), reached))).from_beginning();
    let running = Running::start(&world.registry, vec![stuck]).await;
    world.blob("a", b"one").await;
    reaching.wait_for(|reached| *reached).await.unwrap();
    running.task.abort();
    assert!(running.task.await.is_err());
    let second = Recorder::scripted([]);
    let running = Running::start(&world.registry, vec![endpoint("one", &second)]).await;
    second.has_taken(1).await;
    running.stop().await;
    assert_eq!(*first.ids.lock().unwrap(), *second.ids.lock().unwrap());
}

async fn an_endpoint_that_is_down_is_held_back_and_holds_nobody_up(world: World) {
    let (dead, live) = (Recorder::scripted([]), Recorder::scripted([]));
    *dead.down.lock().unwrap() = true;
    let endpoints = vec![endpoint("dead", &dead), endpoint("live", &live)];
    let running = Running::start(&world.registry, endpoints).await;
    for n in 0..20 {
        world.blob("a", &[n]).await;
        let newest = live_number(&world).await;
        live.has_taken(newest).await;
    }
    let held = running.until(|status| status.state == EndpointState::Held).await;
    assert!(held.failures >= 4 && held.lag >= 20 && held.next_try.is_some(), "{held:?}");
    assert_eq!((held.delivered, held.last_error.as_deref()), (0, Some("down")));
    *dead.down.lock().unwrap() = false;
    let status = running.until(|status| status.delivered == 20 && status.lag == 0).await;
    assert_eq!((status.state, status.failures), (EndpointState::Active, 0));
    assert_eq!(dead.taken(), live.taken());
    running.stop().await;
}

/// The number of the newest event that is delivered.
async fn live_number(world: &World) -> u64 {
    let log = world.registry.events(0, 1000).await.unwrap();
    log.iter().rfind(|event| event.repository.is_some()).unwrap().seq
}

async fn a_refusal_holds_at_once_and_stopping_does_not_wait_for_the_next_try(world: World) {
    let sink = Recorder::scripted([refused()]);
    let patient = Endpoint::new("one", Arc::<Recorder>::clone(&sink))
        .backoff(Duration::from_millis(1), Duration::from_secs(3600))
        .from_beginning();
    let running = Running::start(&world.registry, vec![patient]).await;
    world.blob("a", b"one").await;
    let held = running.until(|status| status.state == EndpointState::Held).await;
    assert_eq!((held.failures, held.cursor), (1, 0));
    let deliveries = running.deliveries.clone();
    running.stop().await;
    assert_eq!(deliveries.status().await.unwrap()[0].state, EndpointState::Stopped);
}

async fn whoever_asks_for_time_is_given_it(world: World) {
    let hour = Some(Duration::from_secs(3600));
    let sink = Recorder::scripted([Delivery::Later { retry_after: hour, reason: "status_429".to_owned() }]);
    let one = Endpoint::new("one", Arc::<Recorder>::clone(&sink))
        .backoff(Duration::from_millis(1), Duration::from_secs(7200))
        .from_beginning();
    let running = Running::start(&world.registry, vec![one]).await;
    world.blob("a", b"one").await;
    let status = running.until(|status| status.next_try.is_some()).await;
    let wait = status.next_try.unwrap().saturating_since(world.registry.now());
    assert!(wait > Duration::from_secs(3500), "{wait:?}");
    assert_eq!(status.state, EndpointState::Retrying);
    running.stop().await;
}

async fn a_new_endpoint_begins_with_what_comes_then(world: World) {
    blobs(&world, 0, 5).await;
    let sink = Recorder::scripted([]);
    let one = Endpoint::new("one", Arc::<Recorder>::clone(&sink));
    Deliveries::new(world.registry.clone(), [one.clone()]).prepare().await.unwrap();
    // Whatever happens after it was prepared reaches it, also before anything runs.
    world.blob("a", b"next").await;
    let newest = live_number(&world).await;
    let running = Running::start(&world.registry, vec![one]).await;
    sink.has_taken(newest).await;
    running.stop().await;
    assert_eq!(sink.taken(), [newest]);
}

async fn what_is_not_wanted_is_passed_by_without_a_note_for_each(world: World) {
    let sink = Arc::new(Recorder { picky: true, ..Recorder::default() });
    let running = Running::start(&world.registry, vec![endpoint("one", &sink)]).await;
    blobs(&world, 0, 150).await;
    running.until(|status| status.lag == 0 && status.delivered == 1).await;
    assert_eq!(sink.taken(), [100]);
    let notes = world.registry.events(0, 1000).await.unwrap();
    let notes = notes.iter().filter(|event| event.repository.is_none()).count();
    assert_eq!(notes, 3, "the id of the registry, where it begins, and one delivery");
    // Notes are events themselves, and are not noted in turn.
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(world.registry.last_event().await.unwrap(), 153);
    running.stop().await;
}

async fn two_processes_that_deliver_the_same_lose_nothing(world: World) {
    let (one, two) = (Recorder::scripted([]), Recorder::scripted([]));
    let other = world.second();
    let first = Running::start(&world.registry, vec![endpoint("same", &one).batch(3)]).await;
    let second = Running::start(&other, vec![endpoint("same", &two).batch(3)]).await;
    blobs(&world, 0, 60).await;
    first.until(|status| status.lag == 0).await;
    second.until(|status| status.lag == 0).await;
    first.stop().await;
    second.stop().await;
    let mut all: Vec<u64> = one.taken().into_iter().chain(two.taken()).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 60);
    assert!(one.taken().is_sorted() && two.taken().is_sorted());
}

on_each_store!(
    everything_is_delivered_once_and_in_order_when_nothing_fails,
    what_was_not_taken_is_tried_again_and_nothing_overtakes_it,
    a_restart_goes_on_where_it_was,
    a_delivery_that_was_cut_off_is_repeated_with_the_same_ids,
    an_endpoint_that_is_down_is_held_back_and_holds_nobody_up,
    a_refusal_holds_at_once_and_stopping_does_not_wait_for_the_next_try,
    whoever_asks_for_time_is_given_it,
    a_new_endpoint_begins_with_what_comes_then,
    what_is_not_wanted_is_passed_by_without_a_note_for_each,
    two_processes_that_deliver_the_same_lose_nothing,
);
