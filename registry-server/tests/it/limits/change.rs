//! Limits that change while a server runs.

use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::{Limits, Server};

use crate::support::{Ask, House, registry};

fn server() -> Server {
    Server::builder(registry(Settings::default())).authorizer(Arc::new(EveryoneMay)).build()
}

fn set(server: &Server, change: impl FnOnce(&mut Limits)) {
    let mut limits = Limits::clone(&server.limits());
    change(&mut limits);
    server.set_limits(limits);
}

#[test]
fn places_come_and_go_and_nobody_loses_one() {
    let server = server();
    let house = House::of(server.clone());
    let location = house.start("a/b");
    let mut held = house.connect();
    let ask = Ask::new("PATCH", &*location).header("Content-Length", "3").header("Expect", "100-continue");
    held.write(&ask.bytes()).unwrap();
    // It is asked for the body once it has a place.
    std::io::Read::read_exact(held.stream(), &mut [0; 25]).unwrap();
    set(&server, |limits| (limits.concurrent_uploads, limits.queue) = (1, 0));
    house.put("/v2/a/b/manifests/latest", "{}").refused(503, "UNAVAILABLE");
    set(&server, |limits| limits.concurrent_uploads = 2);
    house.put("/v2/a/b/manifests/latest", "{}").refused(400, "MANIFEST_INVALID");
    set(&server, |limits| limits.concurrent_uploads = 1);
    house.put("/v2/a/b/manifests/latest", "{}").refused(503, "UNAVAILABLE");
    held.write(b"abc").unwrap();
    held.read("PATCH").expect(202);
    house.put("/v2/a/b/manifests/latest", "{}").refused(400, "MANIFEST_INVALID");
}

#[test]
fn connections_and_what_comes_on_them_have_the_limits_of_now() {
    let server = server();
    let house = House::of(server.clone());
    let mut before = house.connect();
    before.send(&Ask::new("GET", "/v2/")).expect(200);
    set(&server, |limits| (limits.connections, limits.uri_bytes) = (1, 10));
    before.send(&Ask::new("GET", "/v2/a/b/tags/list")).refused(414, "UNSUPPORTED");
    let mut connection = house.connect();
    connection.read("GET").checked(&Ask::new("GET", "/v2/")).refused(503, "UNAVAILABLE");
    set(&server, |limits| (limits.connections, limits.requests_per_connection) = (10, 1));
    house.connect().send(&Ask::new("GET", "/v2/")).expect(200);
    assert_eq!(before.send(&Ask::new("GET", "/v2/")).expect(200).header("connection"), "close");
}
