//! The end of a server: what is under way is answered, and nothing new is begun.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use registry_engine::Settings;
use registry_server::Server;

use crate::support::{Ask, House, digest, registry};

#[test]
fn what_is_under_way_is_answered() {
    let mut house = House::new();
    let own = digest(b"abcdef");
    let mut connection = house.connect();
    let head = format!(
        "POST /v2/a/b/blobs/uploads/?digest={own} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\
         Content-Length: 6\r\n\r\n"
    );
    connection.write(head.as_bytes()).unwrap();
    // It is under way once its body is asked for.
    let mut line = [0; 25];
    connection.stream().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.write(b"abc").unwrap();
    let idle = house.connect();
    let serving = house.end();
    let refused = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        TcpStream::connect(house.address()).is_err()
    });
    assert!(refused, "no new connection is taken");
    assert!(!serving.is_finished(), "it waits for what is under way");
    connection.write(b"def").unwrap();
    connection.read("POST").expect(201);
    assert!(connection.is_closed());
    house.runtime().block_on(serving).unwrap().unwrap();
    drop(idle);
}

#[test]
fn idle_connections_are_closed() {
    let mut house = House::new();
    let mut kept = house.connect();
    kept.send(&Ask::new("GET", "/v2/")).expect(200);
    let mut fresh = house.connect();
    house.get("/v2/").expect(200);
    let serving = house.end();
    house
        .runtime()
        .block_on(async { tokio::time::timeout(Duration::from_secs(10), serving).await })
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(kept.is_closed());
    assert!(fresh.is_closed());
}

#[test]
fn a_server_that_is_dropped_closes_everything() {
    let mut house = House::new();
    let mut kept = house.connect();
    kept.send(&Ask::new("GET", "/v2/")).expect(200);
    let location = house.start("a/b");
    let mut sending = house.connect();
    let head = format!("PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
    sending.write(head.as_bytes()).unwrap();
    house.get("/v2/").expect(200);
    let serving = house.end();
    serving.abort();
    assert!(house.runtime().block_on(serving).is_err_and(|error| error.is_cancelled()));
    assert!(kept.is_gone());
    assert!(sending.is_gone());
}

#[tokio::test]
async fn every_clone_of_a_server_knows_that_it_is_told_to_stop() {
    let server = Server::builder(registry(Settings::default())).build();
    let clone = server.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert!(!clone.is_draining());
    registry_server::serve(listener, server, std::future::ready(())).await.unwrap();
    assert!(clone.is_draining());
}
