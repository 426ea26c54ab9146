//! More requests than places.

use std::time::{Duration, Instant};

use registry_server::Limits;

use super::SHORT;
use crate::support::{Ask, Connection, House};

/// Begins an upload that does not come to its end, and waits until it is taken up.
fn occupy(house: &House) -> Connection {
    let location = house.start("a/b");
    let mut connection = house.connect();
    let ask = Ask::new("PATCH", location).header("Content-Length", "10").header("Expect", "100-continue");
    connection.write(&ask.bytes()).unwrap();
    // It is asked for the body once it has a place.
    let mut line = [0; 25];
    std::io::Read::read_exact(connection.stream(), &mut line).unwrap();
    connection
}

fn two_uploads(limits: &mut Limits) {
    limits.concurrent_uploads = 2;
    limits.queue = 1;
    limits.queue_timeout = SHORT;
}

#[test]
fn beyond_the_queue_it_is_told_to_come_again() {
    let house = House::limited(two_uploads);
    let held: Vec<_> = (0..2).map(|_| occupy(&house)).collect();
    let location = house.start("a/b");
    let patch = Ask::new("PATCH", &*location).body("abc");
    // One waits and gives up in time.
    let begun = Instant::now();
    let reply = house.send(&patch).refused(503, "UNAVAILABLE");
    assert!(begun.elapsed() >= SHORT);
    assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0);
    // While one waits, another is refused at once.
    let asks: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn({
                let (mut connection, patch) = (house.connect(), patch.clone());
                move || {
                    let begun = Instant::now();
                    connection.send(&patch).refused(503, "UNAVAILABLE");
                    begun.elapsed()
                }
            })
        })
        .collect();
    let mut took: Vec<_> = asks.into_iter().map(|ask| ask.join().unwrap()).collect();
    took.sort();
    assert!(took[0] < SHORT && took[1] >= SHORT, "{took:?}");
    drop(held);
    assert_eq!(house.get(&*location).expect(204).header("range"), "0-0", "nothing was taken");
}

#[test]
fn whoever_waits_gets_the_place_that_becomes_free() {
    let house = House::limited(|limits| {
        two_uploads(limits);
        limits.queue_timeout = Duration::from_secs(20);
    });
    let mut held: Vec<_> = (0..2).map(|_| occupy(&house)).collect();
    let location = house.start("a/b");
    let mut waiting = house.connect();
    waiting.write(&Ask::new("PATCH", location).body("abc").bytes()).unwrap();
    held[0].write(b"0123456789").unwrap();
    held[0].read("PATCH").expect(202);
    waiting.read("PATCH").expect(202);
}

#[test]
fn slow_uploads_and_downloads_leave_room_for_all_else() {
    let house = House::limited(|limits| {
        two_uploads(limits);
        limits.concurrent_downloads = 2;
        limits.concurrent_requests = 1;
    });
    let small = house.push_blob("a/b", b"small");
    let blob = house.push_blob("a/b", &vec![7; 64 << 20]);
    let _uploads: Vec<_> = (0..2).map(|_| occupy(&house)).collect();
    let get = Ask::new("GET", format!("/v2/a/b/blobs/{blob}"));
    let mut downloads: Vec<_> = (0..2).map(|_| house.connect()).collect();
    for connection in &mut downloads {
        connection.write(&get.bytes()).unwrap();
        let mut line = [0; 12];
        std::io::Read::read_exact(connection.stream(), &mut line).unwrap();
        assert_eq!(&line, b"HTTP/1.1 200");
    }
    house.put("/v2/a/b/manifests/latest", "{}").refused(503, "UNAVAILABLE");
    house.get(format!("/v2/a/b/blobs/{small}")).refused(503, "UNAVAILABLE");
    for _ in 0..10 {
        house.get("/v2/").expect(200);
        house.head(format!("/v2/a/b/blobs/{small}")).expect(200);
        house.get("/v2/a/b/tags/list").expect(200);
    }
    drop(downloads);
    let again = (0..100).any(|_| house.get(format!("/v2/a/b/blobs/{small}")).status == 200);
    assert!(again, "a client that is gone gives its place back");
}

#[test]
fn who_may_not_do_it_needs_a_place_as_well() {
    let house = House::built(|builder| {
        let mut limits = Limits::default();
        (limits.concurrent_requests, limits.queue) = (0, 0);
        builder.limits(limits)
    });
    house.get("/v2/").refused(503, "UNAVAILABLE");
    house.get("/v2/a/b/tags/list").refused(503, "UNAVAILABLE");
    house.get("/nowhere").expect(404);
}
