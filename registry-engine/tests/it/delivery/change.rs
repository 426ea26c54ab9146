//! Endpoints that come, go and change while deliveries run.

use super::*;

/// Waits until an endpoint of this name is told about, and is as far as that.
async fn until(running: &Running, name: &str, wanted: impl Fn(&EndpointStatus) -> bool) {
    for _ in 0..20_000 {
        let status = running.deliveries.status().await.unwrap();
        if status.iter().any(|status| status.name == name && wanted(status)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it never came to that: {:?}", running.deliveries.status().await);
}

async fn endpoints_come_and_go_and_each_goes_on_where_it_was(world: World) {
    let (first, second, back) = (Recorder::scripted([]), Recorder::scripted([]), Recorder::scripted([]));
    let running = Running::start(&world.registry, vec![endpoint("one", &first)]).await;
    blobs(&world, 0, 5).await;
    until(&running, "one", |status| status.delivered == 5).await;
    running.deliveries.remove("one");
    running.deliveries.put(endpoint("two", &second));
    // The first may take some more before it is told to end.
    let mut count = 5;
    while first.taken().len() == usize::from(count) {
        assert!(count < 250, "it is never told to end");
        blobs(&world, count, count + 1).await;
        count += 1;
        let all = |status: &EndpointStatus| status.delivered == u64::from(count);
        until(&running, "two", |status| all(status) && status.state == EndpointState::Active).await;
    }
    let names = |status: Vec<EndpointStatus>| status.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(running.deliveries.status().await.unwrap()), ["two"]);
    running.deliveries.put(endpoint("one", &back));
    until(&running, "one", |status| status.delivered > 0 && status.lag == 0).await;
    assert_eq!(names(running.deliveries.status().await.unwrap()), ["two", "one"]);
    running.stop().await;
    assert_eq!([first.taken(), back.taken()].concat(), second.taken(), "nothing is lost or told twice");
}

/// Takes events only once it may.
#[derive(Debug)]
struct Slow(Arc<Recorder>, watch::Sender<bool>, watch::Receiver<bool>);

#[async_trait]
impl EventSink for Slow {
    async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
        self.1.send_replace(true);
        self.2.clone().wait_for(|may| *may).await.unwrap();
        self.0.deliver(batch).await
    }
}

async fn one_that_is_replaced_ends_before_the_other_begins(world: World) {
    let (former, latter) = (Recorder::scripted([]), Recorder::scripted([]));
    let (reached, mut reaching) = watch::channel(false);
    let (may, allowed) = watch::channel(false);
    let slow = Slow(Arc::clone(&former), reached, allowed);
    let slow = Endpoint::new("one", Arc::new(slow)).from_beginning();
    let running = Running::start(&world.registry, vec![slow]).await;
    blobs(&world, 0, 5).await;
    reaching.wait_for(|reached| *reached).await.unwrap();
    running.deliveries.put(endpoint("one", &latter));
    blobs(&world, 5, 10).await;
    let status = running.status().await;
    assert_eq!((status.state, status.delivered), (EndpointState::Stopped, 0), "{status:?}");
    may.send_replace(true);
    // The former may have taken what came meanwhile as well, before it was told to end.
    running.until(|status| status.state == EndpointState::Active).await;
    blobs(&world, 10, 15).await;
    let newest = live_number(&world).await;
    latter.has_taken(newest).await;
    running.stop().await;
    let all = [former.taken(), latter.taken()].concat();
    assert!(!former.taken().is_empty());
    assert!(all.len() == 15 && all.is_sorted(), "{all:?}");
}

on_each_store!(
    endpoints_come_and_go_and_each_goes_on_where_it_was,
    one_that_is_replaced_ends_before_the_other_begins,
);
