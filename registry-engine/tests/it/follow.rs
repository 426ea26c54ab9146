//! Following the log.

use registry_core::Event;

use crate::support::World;

async fn every_event_once_in_order_and_without_gaps(world: World) {
    let mut follower = world.registry.follow(0);
    let writing = async {
        for n in 0..50_u8 {
            world.blob("a", &[n]).await;
        }
    };
    let reading = async {
        let mut seen = Vec::new();
        while seen.len() < 50 {
            // A wait that is dropped loses nothing.
            let _ = tokio::time::timeout(std::time::Duration::from_micros(50), follower.next(1)).await.map(
                |events| {
                    seen.extend(events.unwrap().iter().map(|event: &Event| event.seq));
                },
            );
            assert_eq!(follower.position(), seen.len() as u64);
        }
        seen
    };
    let ((), seen) = tokio::join!(writing, reading);
    assert_eq!(seen, (1..=50).collect::<Vec<u64>>());
}

async fn what_others_write_on_the_same_stores_is_seen(world: World) {
    let mut follower = world.second().follow(0);
    let (events, _) = tokio::join!(follower.next(10), world.blob("a", b"one"));
    assert_eq!(events.unwrap().len(), 1);
}

async fn an_instance_is_the_same_for_everybody_and_for_good(world: World) {
    let other = world.second();
    let (one, two) = tokio::join!(world.registry.instance(), other.instance());
    let one = one.unwrap();
    assert_eq!(one, two.unwrap());
    assert_eq!(one.len(), 32);
    assert_eq!(world.second().instance().await.unwrap(), one);
    assert_eq!(world.registry.last_event().await.unwrap(), 1, "it is drawn once");
}

on_each_store!(
    every_event_once_in_order_and_without_gaps,
    what_others_write_on_the_same_stores_is_seen,
    an_instance_is_the_same_for_everybody_and_for_good,
);
