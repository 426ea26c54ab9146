//! Heads of requests that are too slow, too large or none at all.

use std::time::Instant;

use super::{SHORT, SOON, took_short};
use crate::support::{Ask, House};

#[test]
fn a_head_must_come_to_its_end_in_time() {
    let house = House::limited(|limits| limits.header_timeout = SHORT);
    for beginning in ["G", "GET /v2/ HTTP/1.1\r\n", "GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Slow: y"] {
        let mut connection = house.connect();
        connection.write(beginning.as_bytes()).unwrap();
        let begun = Instant::now();
        connection.read("GET").checked(&Ask::new("GET", "/v2/")).refused(408, "UNSUPPORTED");
        took_short(begun);
        assert!(connection.is_gone(), "{beginning}");
    }
}

#[test]
fn a_head_that_trickles_is_no_better() {
    let house = House::limited(|limits| limits.header_timeout = SHORT);
    let mut connection = house.connect();
    let begun = Instant::now();
    connection.write(b"GET /v2/ HTTP/1.1\r\nX-Slow: ").unwrap();
    while begun.elapsed() < SOON && connection.write(b"x").is_ok() {
        std::thread::sleep(SHORT / 20);
    }
    took_short(begun);
}

#[test]
fn the_time_of_a_head_begins_with_its_first_byte() {
    let house = House::limited(|limits| limits.header_timeout = SHORT);
    let mut connection = house.connect();
    for _ in 0..3 {
        std::thread::sleep(SHORT * 2);
        connection.send(&Ask::new("GET", "/v2/")).expect(200);
    }
}

#[test]
fn a_connection_without_requests_is_closed() {
    let house = House::limited(|limits| limits.idle_timeout = SHORT);
    let begun = Instant::now();
    let mut fresh = house.connect();
    assert!(fresh.is_closed(), "without a word");
    took_short(begun);
    let mut used = house.connect();
    used.send(&Ask::new("GET", "/v2/")).expect(200);
    let begun = Instant::now();
    assert!(used.is_closed());
    took_short(begun);
}

#[test]
fn a_request_that_is_worked_on_is_no_idleness() {
    let house = House::limited(|limits| {
        (limits.idle_timeout, limits.header_timeout) = (SHORT, SHORT);
    });
    let location = house.start("a/b");
    let mut connection = house.connect();
    connection.write(Ask::new("PATCH", location).header("Content-Length", "6").bytes().as_slice()).unwrap();
    for byte in [b"a", b"b", b"c", b"d", b"e", b"f"] {
        std::thread::sleep(SHORT / 2);
        connection.write(byte).unwrap();
    }
    connection.read("PATCH").expect(202);
}

#[test]
fn s13_heads_and_paths_have_a_size() {
    let house = House::limited(|limits| {
        (limits.head_bytes, limits.uri_bytes) = (4000, 1000);
    });
    let get = |path: usize, header: usize| {
        Ask::new("GET", format!("/v2/?x={}", "y".repeat(path))).header("X-Large", "z".repeat(header))
    };
    house.send(&get(900, 2900)).expect(200);
    house.send(&get(1000, 0)).refused(414, "UNSUPPORTED");
    house.send(&get(100, 4000)).refused(431, "UNSUPPORTED");
    // What is far larger does not even get into the buffer.
    for head in [get(0, 1 << 20), get(100_000, 0), (0..200).fold(get(0, 0), |ask, _| ask.header("X-A", "b"))]
    {
        let mut connection = house.connect();
        let _ = connection.write(&head.bytes());
        let reply = connection.read("GET").checked(&head);
        assert!([414, 431].contains(&reply.status), "{reply}");
        assert_eq!(reply.codes(), ["UNSUPPORTED"]);
    }
}

#[test]
fn what_is_no_head_is_told_so() {
    let house = House::new();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET /v2/ HTTP/9.9\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\n: x\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n",
    ] {
        let mut connection = house.connect();
        connection.write(bytes).unwrap();
        let reply = connection.read("GET").checked(&Ask::new("GET", "/v2/"));
        assert_eq!(reply.refused(400, "UNSUPPORTED").header("connection"), "close");
        assert!(connection.is_closed());
    }
}
