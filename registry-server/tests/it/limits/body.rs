//! Bodies that come or go too slowly.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::{Limits, Server};

use super::{SHORT, SOON, took_short};
use crate::support::{Ask, Connection, House, digest, registry};

fn short(limits: &mut Limits) {
    limits.body_idle_timeout = SHORT;
}

/// Begins to send a body of `length` bytes.
fn begin(house: &House, method: &str, target: &str, length: usize) -> Connection {
    let mut connection = house.connect();
    let ask = Ask::new(method, target).header("Content-Length", length.to_string());
    connection.write(&ask.bytes()).unwrap();
    connection
}

#[test]
fn a_body_that_stops_is_refused_and_what_came_is_kept() {
    let house = House::limited(short);
    let location = house.start("a/b");
    let mut connection = begin(&house, "PATCH", &location, 10);
    connection.write(b"abc").unwrap();
    let begun = Instant::now();
    let reply = connection.read("PATCH").checked(&Ask::new("PATCH", &*location));
    assert_eq!(reply.refused(408, "BLOB_UPLOAD_INVALID").header("connection"), "close");
    took_short(begun);
    assert!(connection.is_gone());
    assert_eq!(house.get(&*location).expect(204).header("range"), "0-2");
    house.send(&Ask::new("PATCH", &*location).header("Content-Range", "3-5").body("def")).expect(202);
    let digest = digest(b"abcdef");
    house.put(format!("{location}?digest={digest}"), "").expect(201);
}

#[test]
fn every_kind_of_body_has_its_limit() {
    let house = House::limited(short);
    let location = house.start("a/b");
    let digest = digest(b"abcdef");
    for (method, target, code) in [
        ("PUT", format!("{location}?digest={digest}"), "BLOB_UPLOAD_INVALID"),
        ("POST", format!("/v2/a/b/blobs/uploads/?digest={digest}"), "BLOB_UPLOAD_INVALID"),
        ("PUT", "/v2/a/b/manifests/latest".to_owned(), "BLOB_UPLOAD_INVALID"),
    ] {
        let mut connection = begin(&house, method, &target, 6);
        connection.write(b"abc").unwrap();
        let begun = Instant::now();
        connection.read(method).checked(&Ask::new(method, &*target)).refused(408, code);
        took_short(begun);
    }
    house.get(format!("/v2/a/b/blobs/{digest}")).expect(404);
}

#[test]
fn t20_a_body_that_goes_on_may_take_as_long_as_it_takes() {
    let house = House::limited(|limits| {
        short(limits);
        limits.min_rate = 4;
    });
    let location = house.start("a/b");
    let mut connection = begin(&house, "PATCH", &location, 40);
    let begun = Instant::now();
    for _ in 0..20 {
        std::thread::sleep(SHORT / 5);
        connection.write(b"ab").unwrap();
    }
    connection.read("PATCH").expect(202);
    assert!(begun.elapsed() > SHORT * 3);
}

#[test]
fn a_body_that_trickles_is_refused() {
    let house = House::limited(|limits| {
        short(limits);
        limits.min_rate = 1000;
    });
    let location = house.start("a/b");
    let mut connection = begin(&house, "PATCH", &location, 1000);
    let begun = Instant::now();
    let mut sender = connection.stream().get_ref().try_clone().unwrap();
    let sending = std::thread::spawn(move || {
        use std::io::Write;
        while begun.elapsed() < SOON && sender.write_all(b"x").is_ok() {
            std::thread::sleep(SHORT / 20);
        }
    });
    connection.read("PATCH").checked(&Ask::new("PATCH", location)).refused(408, "BLOB_UPLOAD_INVALID");
    took_short(begun);
    drop(connection);
    sending.join().unwrap();
}

#[test]
fn an_answer_that_nobody_takes_is_given_up() {
    for rate in [0, 100_000_000] {
        let mut limits = Limits::default();
        short(&mut limits);
        limits.min_rate = rate;
        let len = 64 << 20;
        let registry = registry(Settings::default());
        let server = || Server::builder(registry.clone()).authorizer(Arc::new(EveryoneMay));
        let blob = House::of(server().build()).push_blob("a/b", &vec![7; len]);
        let house = House::of(server().limits(limits).build());
        let mut connection = house.connect();
        connection.write(&Ask::new("GET", format!("/v2/a/b/blobs/{blob}")).bytes()).unwrap();
        if rate > 0 {
            // A little now and then is not enough for this one.
            let mut some = vec![0; 4096];
            for _ in 0..40 {
                std::thread::sleep(SHORT / 10);
                connection.stream().read_exact(&mut some).unwrap();
            }
        } else {
            std::thread::sleep(SHORT * 4);
        }
        let mut rest = Vec::new();
        let ended = connection.stream().read_to_end(&mut rest);
        assert!(ended.is_err() || rest.len() < len, "the answer came to its end");
    }
}

#[test]
fn a_reader_who_goes_on_gets_it_all() {
    let house = House::limited(|limits| {
        short(limits);
        limits.min_rate = 1024;
    });
    let len = 16 << 20;
    let blob = house.push_blob("a/b", &vec![7; len]);
    let mut connection = house.connect();
    connection.write(&Ask::new("GET", format!("/v2/a/b/blobs/{blob}")).bytes()).unwrap();
    let begun = Instant::now();
    let mut chunk = vec![0; 100_000];
    let mut read = 0;
    while begun.elapsed() < SHORT * 3 && read < len {
        std::thread::sleep(Duration::from_millis(100));
        read += connection.stream().read(&mut chunk).unwrap();
    }
    while read < len {
        match connection.stream().read(&mut chunk).unwrap() {
            0 => panic!("it ended after {read} bytes"),
            more => read += more,
        }
    }
}
