//! The same over HTTP/2.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};

use super::{SHORT, SOON, took_short};
use crate::h2c::connect;
use crate::support::House;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";

/// A frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// `GET /v2/` with literal headers.
fn headers(stream: u32, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
    block.extend_from_slice(path.as_bytes());
    block.extend_from_slice(b"\x01\x01x");
    frame(1, 0x5, stream, &block)
}

fn raw(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(house.address()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(PREFACE).unwrap();
    stream.write_all(SETTINGS).unwrap();
    stream
}

fn get(target: &str) -> Request<Full<Bytes>> {
    Request::get(format!("http://registry.test{target}")).body(Full::default()).unwrap()
}

#[test]
fn a_connection_without_requests_is_closed() {
    let house = House::limited(|limits| {
        (limits.idle_timeout, limits.header_timeout) = (SHORT, SHORT);
    });
    let begun = Instant::now();
    let mut stream = raw(&house);
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    took_short(begun);
    let goaway = all.windows(4).any(|bytes| bytes[3] == 7 && bytes[..2] == [0, 0]);
    assert!(goaway, "it is told before: {all:?}");
}

#[test]
fn a_preface_must_come_to_its_end_in_time() {
    let house = House::limited(|limits| {
        (limits.idle_timeout, limits.header_timeout) = (SHORT, SHORT);
    });
    for beginning in [&PREFACE[..2], &PREFACE[..10]] {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(house.address()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(beginning).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        took_short(begun);
    }
}

#[test]
fn a_stream_whose_answer_nobody_takes_ends_alone() {
    let house = House::limited(|limits| limits.body_idle_timeout = SHORT);
    let blob = house.push_blob("a/b", &vec![7; 16 << 20]);
    house.runtime().block_on(async {
        let mut sender = connect(&house).await;
        let mut stuck = sender.send_request(get(&format!("/v2/a/b/blobs/{blob}"))).await.unwrap();
        assert_eq!(stuck.status(), 200);
        let first = stuck.frame().await.unwrap().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < SHORT * 5 {
            assert_eq!(sender.send_request(get("/v2/")).await.unwrap().status(), 200);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(first);
        let ended = tokio::time::timeout(SOON, stuck.into_body().collect()).await.unwrap();
        assert!(ended.is_err(), "the stream was reset");
        assert_eq!(sender.send_request(get("/v2/")).await.unwrap().status(), 200);
    });
}

#[test]
fn a_connection_ends_after_its_last_request() {
    let house = House::limited(|limits| limits.requests_per_connection = 3);
    house.runtime().block_on(async {
        let mut sender = connect(&house).await;
        let mut answered = 0;
        while let Ok(reply) = sender.send_request(get("/v2/")).await {
            assert_eq!(reply.status(), 200);
            assert!(!reply.headers().contains_key("connection"));
            answered += 1;
            assert!(answered < 1000);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(answered >= 3, "{answered}");
    });
}

#[test]
fn a_head_that_is_too_large_is_told_so() {
    let house = House::limited(|limits| limits.head_bytes = 8000);
    house.runtime().block_on(async {
        let mut sender = connect(&house).await;
        let mut request = get("/v2/");
        request.headers_mut().insert("x-large", "x".repeat(9000).parse().unwrap());
        let reply = sender.send_request(request).await.unwrap();
        assert_eq!(reply.status(), 431);
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("UNSUPPORTED"));
        assert_eq!(sender.send_request(get("/v2/")).await.unwrap().status(), 200);
    });
}

#[test]
fn a_flood_of_resets_ends_the_connection() {
    let house = House::new();
    let mut stream = raw(&house);
    let mut reader = stream.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = reader.read_to_end(&mut all);
        all
    });
    let begun = Instant::now();
    let mut flood = Vec::new();
    for stream in (0..500).map(|n| 2 * n + 1) {
        flood.extend(headers(stream, "/v2/"));
        flood.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
    }
    // It is over when the server takes no more.
    while begun.elapsed() < SOON && stream.write_all(&flood).is_ok() {}
    assert!(begun.elapsed() < SOON, "the server goes on and on");
    reading.join().unwrap();
    house.get("/v2/").expect(200);
}
