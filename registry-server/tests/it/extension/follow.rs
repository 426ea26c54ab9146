//! `_registry/events/log` as it grows: server-sent events and JSON lines without an end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use registry_auth::EveryoneMay;
use registry_core::{Event, EventKind};
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

use crate::support::{House, image, registry};

const LOG: &str = "/v2/_registry/events/log";

/// An answer that is being sent.
struct Tail {
    stream: BufReader<TcpStream>,
    head: String,
    ready: Vec<u8>,
}

impl Tail {
    fn of(address: SocketAddr, target: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Self { stream, head: head.to_ascii_lowercase(), ready: Vec::new() }
    }

    fn sse(address: SocketAddr, query: &str, headers: &str) -> Self {
        let tail =
            Self::of(address, &format!("{LOG}{query}"), &format!("Accept: text/event-stream\r\n{headers}"));
        assert!(tail.head.starts_with("http/1.1 200"), "{}", tail.head);
        assert!(tail.head.contains("content-type: text/event-stream"), "{}", tail.head);
        tail
    }

    /// The next line; `None` at the end of the answer.
    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.ready.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.ready.drain(..=end).collect();
                return Some(String::from_utf8(line).unwrap().trim_end().to_owned());
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).unwrap();
            let size =
                usize::from_str_radix(size.trim(), 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).unwrap();
            self.ready.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return None;
            }
        }
    }

    /// The next server-sent event, which must have the number of the event as its id.
    fn event(&mut self) -> Option<Event> {
        let mut id = None;
        loop {
            let line = self.line()?;
            if let Some(number) = line.strip_prefix("id: ") {
                id = Some(number.parse::<u64>().unwrap());
            } else if let Some(json) = line.strip_prefix("data: ") {
                let event: Event = serde_json::from_str(json).unwrap();
                assert_eq!(id, Some(event.seq));
                assert_eq!(self.line().as_deref(), Some(""));
                return Some(event);
            }
        }
    }
}

fn numbers(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

#[test]
fn what_happened_comes_first_and_then_what_happens() {
    let house = House::new();
    house.push_blob("a", b"one");
    let mut tail = Tail::sse(house.address(), "?after=0", "");
    assert!(tail.head.contains("transfer-encoding: chunked") && !tail.head.contains("content-length"));
    assert_eq!(tail.event().unwrap().seq, 1);
    for n in 2..10_u64 {
        house.push_blob("a", format!("blob {n}").as_bytes());
        assert_eq!(tail.event().unwrap().seq, n);
    }
    let mut latest = Tail::sse(house.address(), "?after=latest", "");
    assert_eq!(latest.line().as_deref(), Some("retry: 1000"));
    house.push_blob("a", b"last");
    assert_eq!(latest.event().unwrap().seq, 10);
    let mut lines = Tail::of(house.address(), &format!("{LOG}?after=8&follow=true&n=3"), "");
    let mut read = || serde_json::from_str::<Event>(&lines.line().unwrap()).unwrap().seq;
    assert_eq!((read(), read()), (9, 10));
    house.push_blob("a", b"very last");
    assert_eq!(read(), 11);
    assert_eq!(lines.line(), None, "three were wanted");
}

/// Readers come and go in the middle of everything, and go on where they were; writers go on all the time.
#[test]
fn no_event_is_missed_and_none_comes_twice_whenever_a_reader_comes_back() {
    let house = House::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let house = &house;
                scope.spawn(move || {
                    for n in 0..60 {
                        house.push_blob(&format!("r{writer}"), format!("{writer} {n}").as_bytes());
                    }
                })
            })
            .collect();
        let readers: Vec<_> = (1..4_usize)
            .map(|pace| {
                let (address, done) = (house.address(), &done);
                scope.spawn(move || {
                    let mut seen: Vec<u64> = Vec::new();
                    while !(done.load(Ordering::SeqCst) && seen.len() >= 240) {
                        let header =
                            seen.last().map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
                        let mut tail = Tail::sse(address, "", &header);
                        for _ in 0..pace * 7 {
                            if seen.len() < 240 {
                                seen.push(tail.event().unwrap().seq);
                            }
                        }
                    }
                    seen
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            assert_eq!(reader.join().unwrap(), (1..=240).collect::<Vec<_>>());
        }
    });
}

#[test]
fn those_of_one_repository_only() {
    let house = House::new();
    house.push_blob("a/b", b"one");
    house.push_blob("c", b"two");
    let mut tail = Tail::of(
        house.address(),
        "/v2/a/b/_registry/events/log",
        "Accept: application/json, Text/Event-Stream;q=0.5\r\n",
    );
    assert_eq!(tail.event().unwrap().seq, 1);
    house.push_blob("c", b"three");
    house.push_blob("a/b", b"four");
    assert_eq!(tail.event().unwrap().seq, 4);
}

#[test]
fn what_another_process_writes_is_seen_as_well() {
    let (blobs, metadata) = (Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    let [house, other] = [(); 2].map(|()| {
        let registry = Registry::new(
            Arc::<MemoryBlobStore>::clone(&blobs),
            Arc::<MemoryMetadataStore>::clone(&metadata),
        );
        House::of(Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build())
    });
    let mut tail = Tail::sse(house.address(), "", "");
    for n in 1..4_u64 {
        other.push_blob("a", format!("{n}").as_bytes());
        assert_eq!(tail.event().unwrap().seq, n);
    }
}

#[test]
fn silence_is_filled_with_signs_of_life() {
    let house = House::built(|builder| {
        builder.authorizer(Arc::new(EveryoneMay)).heartbeat(Duration::from_millis(20))
    });
    house.push_blob("c", b"of no interest");
    let mut tail = Tail::of(house.address(), "/v2/a/_registry/events/log", "Accept: text/event-stream\r\n");
    let lines: Vec<_> = (0..8).map(|_| tail.line().unwrap()).collect();
    // The number moves on, so that whoever comes back does not look through the same events again.
    assert_eq!(lines, ["retry: 1000", "", ": alive", "id: 1", "", ": alive", "id: 1", ""]);
    let mut lines = Tail::of(house.address(), "/v2/a/_registry/events/log?follow", "");
    assert_eq!((lines.line().as_deref(), lines.line().as_deref()), (Some(""), Some("")));
}

#[test]
fn a_server_that_is_told_to_stop_ends_every_answer_in_good_order() {
    let mut house = House::new();
    house.push_blob("a", b"one");
    let mut tails: Vec<_> = (0..5).map(|_| Tail::sse(house.address(), "", "")).collect();
    for tail in &mut tails {
        assert_eq!(tail.event().unwrap().seq, 1);
    }
    let serving = house.end();
    for tail in &mut tails {
        assert_eq!(tail.event(), None);
    }
    house.runtime().block_on(serving).unwrap().unwrap();
}

#[test]
fn what_the_registry_keeps_for_itself_is_left_out_unless_asked_for() {
    let registry = registry(registry_engine::Settings::default());
    let house = House::of(Server::builder(registry.clone()).authorizer(Arc::new(EveryoneMay)).build());
    house.push_blob("a", b"one");
    house.runtime().block_on(registry.instance()).unwrap();
    house.push_blob("a", b"two");
    let mut tail = Tail::sse(house.address(), "", "");
    assert_eq!(numbers(&[tail.event().unwrap(), tail.event().unwrap()]), [1, 3]);
    let mut tail = Tail::sse(house.address(), "?internal=true", "");
    let all: Vec<_> = (0..3).map(|_| tail.event().unwrap()).collect();
    assert_eq!(numbers(&all), [1, 2, 3]);
    assert!(matches!(all[1].kind, EventKind::DocumentPut { .. }));
}

#[test]
fn a_log_that_is_not_offered_is_not_there() {
    let house = House::built(|builder| builder.authorizer(Arc::new(EveryoneMay)).event_log(false));
    house.push_image("a", "latest", &image("one"));
    for scope in ["", "a/"] {
        house.get(format!("/v2/{scope}_registry/events/log")).refused(404, "UNSUPPORTED");
        let list = house.get(format!("/v2/{scope}_oci/ext/discover")).expect(200);
        assert!(!list.to_string().contains("events/log"), "{list}");
    }
}

#[test]
fn a_place_that_is_none_is_refused() {
    let house = House::new();
    for seen in ["x", "-1", "1, 2", "1.5"] {
        let ask = crate::support::Ask::new("GET", LOG).header("Last-Event-ID", seen);
        house.send(&ask).refused(400, "UNSUPPORTED");
    }
    house.send(&crate::support::Ask::new("GET", LOG).header("Last-Event-ID", "")).expect(200);
}
