//! end-5: `PATCH` of an upload.

use std::time::Duration;

use registry_engine::Settings;

use crate::support::{Ask, House, digest};

fn chunk(location: &str, range: &str, bytes: &[u8]) -> Ask {
    Ask::new("PATCH", location).header("Content-Range", range).body(bytes)
}

/// Where an upload stands.
fn range(house: &House, location: &str) -> String {
    house.get(location).expect(204).header("range").to_owned()
}

#[test]
fn c27_r35_chunks_in_order_and_the_range_is_true_each_time() {
    let house = House::new();
    let location = house.start("a/b");
    let mut sent = Vec::new();
    for (index, len) in [1_usize, 1023, 5000, 70_000].into_iter().enumerate() {
        let bytes = vec![u8::try_from(index).unwrap(); len];
        let range = format!("{}-{}", sent.len(), sent.len() + len - 1);
        let ask = chunk(&location, &range, &bytes).header("Content-Type", "application/octet-stream");
        let reply = house.send(&ask).expect(202);
        sent.extend(bytes);
        assert_eq!(reply.header("location"), location);
        assert_eq!(reply.header("range"), format!("0-{}", sent.len() - 1));
        assert!(location.ends_with(reply.header("docker-upload-uuid")));
    }
    house.put(format!("{location}?digest={}", digest(&sent)), "").expect(201);
}

#[test]
fn c30_r2_without_a_range_the_body_goes_to_the_end() {
    let house = House::new();
    let location = house.start("a/b");
    for ask in [
        Ask::new("PATCH", &*location).chunked("one "),
        Ask::new("PATCH", &*location).body("two "),
        Ask::new("PATCH", &*location).header("Content-Type", "application/octet-stream").chunked("three"),
        Ask::new("PATCH", &*location).body(""),
        Ask::new("PATCH", &*location),
    ] {
        house.send(&ask).expect(202);
    }
    assert_eq!(range(&house, &location), "0-12");
    house.put(format!("{location}?digest={}", digest(b"one two three")), "").expect(201);
}

#[test]
fn c28_a_chunk_in_the_wrong_place_is_refused_with_the_right_one() {
    let house = House::new();
    let location = house.start("a/b");
    let refused = |ask: &Ask, at: &str| {
        let reply = house.send(ask).refused(416, "BLOB_UPLOAD_INVALID");
        assert_eq!((reply.header("location"), reply.header("range")), (&*location, at));
        assert!(location.ends_with(reply.header("docker-upload-uuid")));
    };
    refused(&chunk(&location, "1-3", b"abc"), "0-0");
    house.send(&chunk(&location, "0-2", b"abc")).expect(202);
    refused(&chunk(&location, "0-2", b"abc"), "0-2");
    refused(&chunk(&location, "2-4", b"abc"), "0-2");
    refused(&chunk(&location, "4-6", b"abc"), "0-2");
    assert_eq!(range(&house, &location), "0-2");
    house.send(&chunk(&location, "3-5", b"def")).expect(202);
    house.put(format!("{location}?digest={}", digest(b"abcdef")), "").expect(201);
}

#[test]
fn c29_a_range_that_is_none_stores_nothing() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&chunk(&location, "0-2", b"abc")).expect(202);
    for bad in [
        "abc",
        "bytes 3-5/6",
        "bytes=3-5",
        "3-18446744073709551615",
        "3-18446744073709551616",
        "5-3",
        "-3",
        "3-",
    ] {
        let reply = house.send(&chunk(&location, bad, b"def")).refused(416, "BLOB_UPLOAD_INVALID");
        assert_eq!(reply.header("range"), "0-2", "{bad}");
    }
    let twice = chunk(&location, "3-5", b"def").header("Content-Range", "3-5");
    house.send(&twice).refused(416, "BLOB_UPLOAD_INVALID");
    assert_eq!(range(&house, &location), "0-2");
}

#[test]
fn c29_a_range_of_another_length_than_the_body_stores_nothing() {
    let house = House::new();
    let location = house.start("a/b");
    for (range, bytes) in [("0-99", &b"abc"[..]), ("0-1", b"abc"), ("0-0", b"")] {
        house.send(&chunk(&location, range, bytes)).refused(400, "SIZE_INVALID");
        let chunked = Ask::new("PATCH", &*location).header("Content-Range", range).chunked(bytes);
        house.send(&chunked).refused(400, "SIZE_INVALID");
    }
    assert_eq!(range(&house, &location), "0-0");
    house.send(&chunk(&location, "0-2", b"abc")).expect(202);
}

#[test]
fn d9_an_upload_exists_in_its_own_repository_alone() {
    let house = House::new();
    let location = house.start("a/b");
    let strange = location.replace("/v2/a/b/", "/v2/a/b/c/");
    let unknown = location.replace(&location[location.len() - 32..], &"0".repeat(32));
    for target in [strange, unknown, "/v2/a/b/blobs/uploads/nonsense".to_owned()] {
        house.send(&Ask::new("PATCH", &*target).body("x")).refused(404, "BLOB_UPLOAD_UNKNOWN");
        let with_range = chunk(&target, "nonsense", b"x");
        house.send(&with_range).refused(404, "BLOB_UPLOAD_UNKNOWN");
    }
    assert_eq!(range(&house, &location), "0-0");
}

#[test]
fn r4_two_uploads_share_nothing() {
    let house = House::new();
    let (one, two) = (house.start("a/b"), house.start("a/b"));
    for (left, right) in [("a", "x"), ("b", "y"), ("c", "z")] {
        house.send(&Ask::new("PATCH", &*one).body(left)).expect(202);
        house.send(&Ask::new("PATCH", &*two).body(right)).expect(202);
    }
    house.put(format!("{one}?digest={}", digest(b"abc")), "").expect(201);
    house.put(format!("{two}?digest={}", digest(b"xyz")), "").expect(201);
}

#[test]
fn a_body_that_breaks_off_keeps_what_arrived() {
    let house = House::new();
    let location = house.start("a/b");
    let mut connection = house.connect();
    let head = format!("PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabcd");
    connection.write(head.as_bytes()).unwrap();
    drop(connection);
    // The server learns of it in its own time.
    let kept = (0..200).find_map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let status = house.get(&*location).expect(204);
        (status.header("range") != "0-0").then(|| status.header("range").to_owned())
    });
    assert_eq!(kept.as_deref(), Some("0-3"));
    house.send(&chunk(&location, "4-5", b"ef")).expect(202);
    house.put(format!("{location}?digest={}", digest(b"abcdef")), "").expect(201);
}

#[test]
fn one_request_at_a_time_uses_an_upload() {
    let mut settings = Settings::default();
    settings.gate_wait = Duration::from_millis(50);
    let house = House::with_settings(settings);
    let location = house.start("a/b");
    let mut first = house.connect();
    let head = format!("PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
    first.write(head.as_bytes()).unwrap();
    // It is in once another one is kept out.
    let kept_out = (0..200).find_map(|_| {
        std::thread::sleep(Duration::from_millis(5));
        let reply = house.send(&chunk(&location, "90-92", b"xyz"));
        (reply.status == 409).then_some(reply)
    });
    let reply = kept_out.expect("the first request is in").refused(409, "BLOB_UPLOAD_INVALID");
    assert_eq!(reply.header("retry-after"), "1");
    first.write(b"def").unwrap();
    assert_eq!(first.read("PATCH").expect(202).header("range"), "0-5");
    house.put(format!("{location}?digest={}", digest(b"abcdef")), "").expect(201);
}
