//! Who was replaced writes nothing, and nothing is lost or told by two.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use registry_engine::delivery::{Deliveries, Delivery, Endpoint, EndpointState, EventBatch, EventSink};
use registry_engine::lease::{Lease, Term};
use registry_engine::{Registry, StartUpload};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::{LENGTH, other, put};
use crate::support::{World, actor};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(start_paused = true)]
async fn no_session_is_ended_in_a_term_that_is_over() {
    let world = World::in_memory();
    world.repository("a").start_upload(actor(), StartUpload::default()).await.unwrap();
    world.clock.advance(DAY);
    let ended = Mutex::new(Vec::new());
    let work = |term: Term| {
        let (world, ended) = (&world, &ended);
        async move {
            if ended.lock().unwrap().is_empty() {
                put(world, "job", Some("somebody else")).await;
            }
            let expired = world.registry.expire_uploads_in(&term).await.unwrap().sessions;
            ended.lock().unwrap().push(expired);
            assert_eq!(world.registry.upload_count().await.unwrap(), 1 - expired);
        }
    };
    for _ in 0..2 {
        Lease::new(&world.registry, "job").run(work, pending()).await;
    }
    assert_eq!(*ended.lock().unwrap(), [0, 1]);
}

/// Takes what it is given and tells by whom, or holds it up.
#[derive(Debug)]
struct Sink {
    process: u32,
    taken: Arc<Mutex<Vec<(u32, u64)>>>,
    reached: Arc<Notify>,
    stuck: bool,
}

#[async_trait]
impl EventSink for Sink {
    async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
        self.taken.lock().unwrap().extend(batch.events.iter().map(|event| (self.process, event.seq)));
        self.reached.notify_one();
        if self.stuck {
            pending::<()>().await;
        }
        Delivery::Taken
    }
}

/// The deliveries of a process to one endpoint.
async fn deliveries(
    registry: &Registry,
    process: u32,
    taken: &Taken,
    stuck: bool,
) -> (Deliveries, Arc<Notify>) {
    let reached = Arc::new(Notify::new());
    let sink = Sink { process, taken: Arc::clone(taken), reached: Arc::clone(&reached), stuck };
    let deliveries =
        Deliveries::new(registry.clone(), [Endpoint::new("one", Arc::new(sink)).from_beginning()]);
    deliveries.prepare().await.unwrap();
    (deliveries, reached)
}

type Taken = Arc<Mutex<Vec<(u32, u64)>>>;

fn run(deliveries: &Deliveries, registry: &Registry) -> tokio::task::JoinHandle<()> {
    let (deliveries, lease) = (deliveries.clone(), Lease::new(registry, "job").length(LENGTH));
    tokio::spawn(async move { deliveries.run_under(&lease, pending()).await })
}

/// It comes to that, and who delivers has told everything.
async fn until(deliveries: &Deliveries, state: EndpointState) {
    loop {
        let status = deliveries.status().await.unwrap().remove(0);
        if status.state == state && (status.lag == 0 || state == EndpointState::Standby) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_processes_one_delivers_and_the_next_goes_on_where_it_was() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let second = other(&world, true);
    let (here, _) = deliveries(&world.registry, 1, &taken, false).await;
    let (there, _) = deliveries(&second, 2, &taken, false).await;
    let first = run(&here, &world.registry);
    until(&here, EndpointState::Active).await;
    let waiting = run(&there, &second);
    for number in 0..10 {
        world.blob("a", &[number]).await;
        tokio::time::sleep(LENGTH / 4).await;
    }
    until(&here, EndpointState::Active).await;
    until(&there, EndpointState::Standby).await;
    first.abort();
    world.blob("a", &[10]).await;
    until(&there, EndpointState::Active).await;
    let taken = taken.lock().unwrap().clone();
    let blobs =
        world.registry.events(0, 1000).await.unwrap().into_iter().filter(|event| event.repository.is_some());
    let blobs: Vec<u64> = blobs.map(|event| event.seq).collect();
    assert_eq!(taken.iter().map(|(_, seq)| *seq).collect::<Vec<_>>(), blobs, "each is told once");
    assert_eq!(
        taken.iter().map(|(process, _)| *process).collect::<Vec<_>>(),
        [vec![1; 10], vec![2]].concat()
    );
    waiting.abort();
}

#[tokio::test(start_paused = true)]
async fn a_delivery_under_way_is_dropped_with_the_lease_and_told_again() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let second = other(&world, false);
    let (here, reached) = deliveries(&world.registry, 1, &taken, true).await;
    let (there, again) = deliveries(&second, 2, &taken, false).await;
    let first = run(&here, &world.registry);
    world.blob("a", b"content").await;
    reached.notified().await;
    // As if it had slept for long while its clock stood still.
    put(&world, "job", None).await;
    let next = run(&there, &second);
    again.notified().await;
    until(&there, EndpointState::Active).await;
    until(&here, EndpointState::Standby).await;
    let seq = taken.lock().unwrap()[0].1;
    assert_eq!(*taken.lock().unwrap(), [(1, seq), (2, seq)]);
    first.abort();
    next.abort();
}

/// It believes that it holds the lease, and another has moved on: what it had delivered is noted by nobody.
#[tokio::test(start_paused = true)]
async fn how_far_an_endpoint_is_cannot_be_noted_in_a_term_that_is_over() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let (here, reached) = deliveries(&world.registry, 1, &taken, false).await;
    let first = run(&here, &world.registry);
    until(&here, EndpointState::Active).await;
    put(&world, "job", Some("somebody")).await;
    world.blob("a", b"content").await;
    reached.notified().await;
    until(&here, EndpointState::Standby).await;
    assert_eq!(here.status().await.unwrap()[0].cursor, 0);
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn who_has_no_endpoint_leaves_the_lease_to_others() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let none = Deliveries::new(world.registry.clone(), []);
    let first = run(&none, &world.registry);
    tokio::time::sleep(LENGTH).await;
    assert_eq!(super::job(&world).await.term, 0);
    let (some, _) = deliveries(&world.registry, 1, &taken, false).await;
    let second = run(&some, &world.registry);
    until(&some, EndpointState::Active).await;
    some.remove("one");
    while super::job(&world).await.holder.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.abort();
    second.abort();
}

/// Whoever waits for the lease is not held up by an endpoint that does not answer.
#[tokio::test(start_paused = true)]
async fn at_the_end_a_delivery_that_takes_long_is_dropped_and_the_lease_given_back() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let second = other(&world, false);
    let (here, reached) = deliveries(&world.registry, 1, &taken, true).await;
    let (there, again) = deliveries(&second, 2, &taken, false).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (running, lease) = (here.clone(), Lease::new(&world.registry, "job").length(LENGTH));
    let first = tokio::spawn(async move { running.run_under(&lease, async { drop(stopped.await) }).await });
    world.blob("a", b"content").await;
    reached.notified().await;
    let next = run(&there, &second);
    drop(stop);
    let begun = Instant::now();
    first.await.unwrap();
    assert!(begun.elapsed() <= Duration::from_secs(2), "{:?}", begun.elapsed());
    again.notified().await;
    assert!(begun.elapsed() <= Duration::from_secs(3), "{:?}", begun.elapsed());
    let seq = taken.lock().unwrap()[0].1;
    assert_eq!(*taken.lock().unwrap(), [(1, seq), (2, seq)], "it is told again");
    next.abort();
}

/// An endpoint that is new in a process without the lease begins there and then, and not when the holder hears of it.
#[tokio::test(start_paused = true)]
async fn a_new_endpoint_begins_in_whichever_process_it_is_put_first() {
    let (world, taken) = (World::in_memory(), Taken::default());
    let second = other(&world, false);
    let (here, _) = deliveries(&world.registry, 1, &Taken::default(), false).await;
    let (there, _) = deliveries(&second, 2, &Taken::default(), false).await;
    world.blob("a", b"before").await;
    let first = run(&here, &world.registry);
    until(&here, EndpointState::Active).await;
    let waiting = run(&there, &second);
    until(&there, EndpointState::Standby).await;
    let new = |process| {
        let sink = Sink { process, taken: Arc::clone(&taken), reached: Arc::default(), stuck: false };
        Endpoint::new("new", Arc::new(sink))
    };
    there.put(new(2));
    let mut looks = 0;
    while there.status().await.unwrap().iter().all(|status| status.name != "new" || status.cursor == 0) {
        looks += 1;
        assert!(looks < 1000, "it does not begin");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.blob("a", b"between").await;
    here.put(new(1));
    while here.status().await.unwrap().iter().all(|status| status.name != "new" || status.delivered == 0) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let newest = world.registry.events(0, 1000).await.unwrap();
    let newest = newest.iter().rfind(|event| event.repository.is_some()).unwrap().seq;
    assert_eq!(*taken.lock().unwrap(), [(1, newest)]);
    first.abort();
    waiting.abort();
}
