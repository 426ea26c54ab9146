//! Following the log.

use registry_core::Event;

use crate::support::World;
use crate::support::fault::Faults;

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

/// By the store where it is told of what others write, and otherwise by looking.
#[tokio::test(start_paused = true)]
async fn news_of_others_wake_a_follower_before_it_looks() {
    use std::time::Duration;
    let (told, untold) = (Faults::default().around(World::in_memory()), World::in_memory());
    for (world, longest) in [(told, Duration::ZERO), (untold, Duration::from_secs(1))] {
        let other = world.second();
        let mut follower = other.follow(0);
        for number in 0..5 {
            let write = async {
                tokio::time::sleep(Duration::from_millis(7)).await;
                world.blob("a", &[number]).await;
                tokio::time::Instant::now()
            };
            let (events, written) = tokio::join!(follower.next(10), write);
            assert_eq!(events.unwrap().len(), 1);
            let late = written.elapsed();
            assert!(late <= longest && late >= longest / 2, "{late:?}");
        }
    }
}

/// As behind a database that lost its last events: whoever is told of what is not there looks now and then, and sees what
/// comes.
#[tokio::test(start_paused = true)]
async fn who_is_told_of_what_is_not_there_does_not_ask_again_and_again() {
    use std::time::Duration;
    let faults = Faults::default();
    let world = faults.around(World::in_memory());
    let other = world.second();
    let mut follower = other.follow(0);
    faults.tell(1000);
    faults.allow(30);
    assert!(
        tokio::time::timeout(Duration::from_secs(20), follower.next(10)).await.is_err(),
        "nothing is there"
    );
    faults.allow(30);
    let write = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        world.blob("a", b"one").await;
        faults.tell(1000);
        tokio::time::Instant::now()
    };
    let (events, written) = tokio::join!(follower.next(10), write);
    assert_eq!(events.unwrap().len(), 1);
    assert!(written.elapsed() <= Duration::from_secs(1), "{:?}", written.elapsed());
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
