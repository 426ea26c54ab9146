//! The server inside other servers, and twice in one process.

use axum::Router;
use axum::routing::get;
use registry_engine::Settings;
use registry_server::Server;
use std::sync::Arc;

use crate::support::{Ask, Connection, House, image, registry};

fn server() -> Server {
    Server::builder(registry(Settings::default())).authorizer(Arc::new(registry_auth::EveryoneMay)).build()
}

/// Serves a router on its own runtime and hands the address to the test.
fn routed(router: Router, test: impl FnOnce(std::net::SocketAddr)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let serving = runtime.spawn(async { axum::serve(listener, router).await });
    test(address);
    serving.abort();
}

fn push_and_pull(address: std::net::SocketAddr) {
    let image = image("one");
    let mut connection = Connection::to(address);
    for bytes in [&image.config, &image.layers[0]] {
        let start = connection.send(&Ask::new("POST", "/v2/a/b/blobs/uploads/").body("")).expect(202);
        let target = format!("{}?digest={}", start.header("location"), crate::support::digest(bytes));
        connection.send(&Ask::new("PUT", target).chunked(&**bytes)).expect(201);
    }
    connection.send(&Ask::new("PUT", "/v2/a/b/manifests/latest").body(&*image.manifest)).expect(201);
    let get = Ask::new("GET", "/v2/a/b/manifests/latest");
    let found = connection.send(&get).expect(200);
    assert_eq!(found.body, image.manifest);
    let head = connection.send(&Ask::new("HEAD", "/v2/a/b/manifests/latest")).expect(200);
    assert_eq!(head.lasting_headers(), found.lasting_headers());
    let head = connection.send(&Ask::new("HEAD", "/v2/a/b/manifests/none")).expect(404);
    assert_eq!(
        head.lasting_headers(),
        connection.send(&Ask::new("GET", "/v2/a/b/manifests/none")).lasting_headers()
    );
}

#[test]
fn as_the_fallback_of_a_router() {
    let router = Router::new().route("/hello", get(|| async { "hello" })).fallback_service(server());
    routed(router, |address| {
        push_and_pull(address);
        let mut connection = Connection::to(address);
        connection.write(&Ask::new("GET", "/hello").bytes()).unwrap();
        assert_eq!(connection.read("GET").expect(200).body, b"hello");
        connection.send(&Ask::new("GET", "/other")).refused(404, "UNSUPPORTED");
    });
}

#[test]
fn as_a_route_of_a_router() {
    let server = server();
    let router = Router::new().route_service("/v2/", server.clone()).route_service("/v2/{*rest}", server);
    routed(router, |address| {
        push_and_pull(address);
        Connection::to(address).send(&Ask::new("GET", "/v2/")).expect(200);
    });
}

#[test]
fn spawned_for_a_while() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let running = runtime.block_on(registry_server::spawn(server())).unwrap();
    let address = running.address();
    push_and_pull(address);
    runtime.block_on(running.stop()).unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
    // Dropped, it is gone as well.
    let running = runtime.block_on(registry_server::spawn(server())).unwrap();
    let address = running.address();
    drop(running);
    let gone = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        std::net::TcpStream::connect(address).is_err()
    });
    assert!(gone);
}

#[test]
fn two_in_one_process_share_nothing() {
    let (one, two) = (House::new(), House::new());
    one.push_image("a/b", "latest", &image("one"));
    two.push_image("a/b", "other", &image("two"));
    one.get("/v2/a/b/manifests/other").refused(404, "MANIFEST_UNKNOWN");
    two.get("/v2/a/b/manifests/latest").refused(404, "MANIFEST_UNKNOWN");
}

#[test]
fn two_servers_of_one_registry_show_the_same() {
    let registry = registry(Settings::default());
    let server =
        || Server::builder(registry.clone()).authorizer(Arc::new(registry_auth::EveryoneMay)).build();
    let (one, two) = (House::of(server()), House::of(server()));
    let image = image("one");
    one.push_image("a/b", "latest", &image);
    assert_eq!(two.get("/v2/a/b/manifests/latest").expect(200).body, image.manifest);
    // An upload goes on elsewhere.
    let location = one.start("a/b");
    two.send(&Ask::new("PATCH", &*location).body("abc")).expect(202);
    one.put(format!("{location}?digest={}", crate::support::digest(b"abc")), "").expect(201);
}
