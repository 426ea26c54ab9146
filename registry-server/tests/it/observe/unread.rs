//! What is told of answers that are given below whatever handles requests.

use super::observer::{Recorder, watched};
use crate::support::{Ask, House};

/// Writes bytes that are no request, ends the own side where asked to, and reads the answer.
fn answered(house: &House, bytes: &[u8], end: bool, method: &str) -> crate::support::Reply {
    let mut connection = house.connect();
    connection.write(bytes).unwrap();
    if end {
        connection.stream().get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    }
    let reply = connection.read(method).checked(&Ask::new(method, "/v2/"));
    assert!(connection.is_closed(), "and nothing behind it");
    reply
}

fn told_once(recorder: &Recorder, reply: &crate::support::Reply, method: &str) {
    let told = recorder.one();
    assert!(told.remote.unwrap().ip().is_loopback());
    let sent = reply.body.len() as u64;
    let told_of = (&*told.method, told.handler, told.status, told.code, told.bytes, told.complete);
    assert_eq!(told_of, (method, "none", Some(reply.status), Some("UNSUPPORTED"), (0, sent), true));
    assert_eq!(reply.header("x-request-id"), told.id);
}

#[test]
fn a_head_that_cannot_be_read_is_told_of_as_a_request_is() {
    let (house, recorder) = watched();
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20));
    for (bytes, end, status) in [
        (&b"GET\r\n\r\n"[..], false, 400),
        (b"GET /v2/ HTTP/9.9\r\n\r\n", false, 400),
        (long.as_bytes(), false, 414),
        // Cut off: 16 bytes, fewer and more.
        (b"GET / HTTP/1.1\r\n", true, 400),
        (b"GET", true, 400),
        (b"GET /v2/ HTTP/1.1\r\nHost: x\r\n", true, 400),
    ] {
        let reply = answered(&house, bytes, end, "GET");
        assert!([status, 431].contains(&reply.status), "{reply}");
        told_once(&recorder, &reply, "-");
    }
    // The second one of a connection as well.
    let mut connection = house.connect();
    connection.send(&Ask::new("GET", "/v2/")).expect(200);
    recorder.one();
    connection.write(b"HEAD\r\n\r\n").unwrap();
    told_once(&recorder, &connection.read("GET").refused(400, "UNSUPPORTED"), "-");
    assert_eq!(recorder.under_way(), 0);
}

#[test]
fn a_head_that_began_as_one_of_head_is_answered_without_a_body() {
    let (house, recorder) = watched();
    for (before, bytes, end) in [
        (false, &b"HEAD /v2/ HTTP/9.9\r\n\r\n"[..], false),
        (true, b"HEAD /v2/ HTTP/1.1\r\nHost x\r\n\r\n", false),
        (false, b"HEAD /v2/ HTTP/1.1\r\nHost: x\r\n", true),
    ] {
        let mut connection = house.connect();
        if before {
            connection.send(&Ask::new("GET", "/v2/")).expect(200);
            recorder.one();
        }
        connection.write(bytes).unwrap();
        if end {
            connection.stream().get_mut().shutdown(std::net::Shutdown::Write).unwrap();
        }
        let reply = connection.read("HEAD");
        assert_eq!(reply.status, 400);
        assert!(reply.header("content-length").parse::<u32>().unwrap() > 0);
        assert!(connection.is_closed(), "there is no body");
        told_once(&recorder, &reply, "HEAD");
    }
}

#[test]
fn whoever_ends_their_side_still_gets_the_answer() {
    let house = House::new();
    for _ in 0..50 {
        let mut connection = house.connect();
        connection.write(b"GET /v2/ HTTP/1.0\r\n\r\n").unwrap();
        connection.stream().get_mut().shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(connection.read("GET").status, 200);
        assert!(connection.is_closed());
    }
}

#[test]
fn line_ends_behind_a_request_are_no_mistake() {
    let (house, recorder) = watched();
    let mut connection = house.connect();
    connection.send(&Ask::new("GET", "/v2/")).expect(200);
    recorder.one();
    connection.write(b"\r\n\r\n").unwrap();
    connection.stream().get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    assert!(connection.is_closed(), "without a word");
}

#[test]
fn whoever_is_turned_away_is_told_of() {
    let (house, recorder) = watched_with_one_connection();
    let mut connection = house.connect();
    connection.send(&Ask::new("GET", "/v2/")).expect(200);
    recorder.one();
    let reply = house.connect().read("GET").checked(&Ask::new("GET", "/v2/")).refused(503, "UNAVAILABLE");
    let told = recorder.one();
    assert_eq!(
        (told.status, told.code, &*told.id),
        (Some(503), Some("UNAVAILABLE"), reply.header("x-request-id"))
    );
}

fn watched_with_one_connection() -> (House, std::sync::Arc<Recorder>) {
    super::observer::watched_within(|limits| limits.connections = 1)
}
