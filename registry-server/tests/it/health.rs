//! Whether a server lives and is ready.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::Request;
use registry_auth::{Deny, EveryoneMay};
use registry_engine::Registry;
use registry_server::{Admin, Server};
use registry_storage::BlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use serde_json::{Value, json};

use crate::support::{Ask, Health, House, Sick, digest};

/// A registry whose blob store is as healthy as it is told to be.
fn sick() -> (Server, Arc<Sick>) {
    let blobs = Arc::new(Sick::default());
    let registry =
        Registry::new(Arc::clone(&blobs) as Arc<dyn BlobStore>, Arc::new(MemoryMetadataStore::new()));
    (Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build(), blobs)
}

async fn ask(server: &Server, method: &str, path: &str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).body(String::new()).unwrap();
    read(server.handle(request).await).await
}

async fn read(response: http::Response<registry_server::Body>) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The reason that a check gives, or `None` when it is well.
fn reason(body: &Value, check: &str) -> Option<String> {
    let found = body["checks"].as_array().unwrap().iter().find(|found| found["name"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check} in {body}"));
    assert_eq!(found["ok"].as_bool().unwrap(), found.get("reason").is_none(), "{body}");
    found.get("reason").map(|reason| reason.as_str().unwrap().to_owned())
}

#[test]
fn probes_are_open_to_everybody_and_to_get_and_head_alone() {
    let house = House::built(|builder| builder.authorizer(Arc::new(Deny)));
    for path in ["/livez", "/readyz"] {
        let reply = house.parity(&Ask::new("GET", path)).expect(200);
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("cache-control"), "no-store");
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            assert_eq!(
                house.send(&Ask::new(method, path)).refused(405, "UNSUPPORTED").header("allow"),
                "GET, HEAD"
            );
        }
    }
    house.get("/healthz").refused(404, "UNSUPPORTED");
    assert_eq!(house.get("/livez").json(), json!({ "ok": true, "checks": [] }));
    let checks = json!([
        { "name": "serving", "ok": true },
        { "name": "metadata", "ok": true },
        { "name": "blobs", "ok": true },
        { "name": "writes", "ok": true },
    ]);
    assert_eq!(house.get("/readyz").json(), json!({ "ok": true, "checks": checks }));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_about_to_stop_lives_and_is_not_ready() {
    let (server, _) = sick();
    server.drain();
    assert_eq!(ask(&server, "GET", "/livez").await.0, 200);
    let (status, body) = ask(&server, "GET", "/readyz").await;
    assert_eq!(status, 503);
    assert_eq!(reason(&body, "serving").unwrap(), "the server is about to stop");
    assert_eq!(reason(&body, "metadata"), None);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_well_makes_a_server_not_ready_and_its_reason_stays_inside() {
    for (health, expected) in [
        (Health::Broken, "the store fails"),
        (Health::Away, "the store is unavailable"),
        (Health::Silent, "the store does not answer in time"),
    ] {
        let (server, blobs) = sick();
        assert_eq!(ask(&server, "GET", "/readyz").await.0, 200);
        blobs.be(health);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let (status, body) = ask(&server, "GET", "/readyz").await;
        assert_eq!((status, reason(&body, "blobs").as_deref()), (503, Some(expected)));
        assert!(!body.to_string().contains("secret"), "{body}");
        blobs.be(Health::Well);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        assert_eq!(ask(&server, "GET", "/readyz").await.0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_write_that_failed_a_server_is_ready_again_as_soon_as_writing_works() {
    for (health, status, expected) in
        [(Health::Full, 507, "no space is left"), (Health::ReadOnly, 500, "the store fails")]
    {
        let (server, blobs) = sick();
        blobs.be(health);
        let path = format!("/v2/a/blobs/uploads/?digest={}", digest(b""));
        assert_eq!(ask(&server, "GET", "/readyz").await.0, 200, "nothing was written yet");
        assert_eq!(ask(&server, "POST", &path).await.0, status);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let (ready, body) = ask(&server, "GET", "/readyz").await;
        assert_eq!((ready, reason(&body, "writes").as_deref()), (503, Some(expected)));
        assert_eq!(reason(&body, "blobs"), None, "reads go on");
        blobs.be(Health::Well);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        assert_eq!(ask(&server, "GET", "/readyz").await.0, 200, "nobody has to write for that");
    }
}

#[tokio::test(start_paused = true)]
async fn asking_often_does_not_ask_the_stores_often() {
    let (server, blobs) = sick();
    for _ in 0..100 {
        ask(&server, "GET", "/readyz").await;
    }
    assert_eq!(blobs.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn the_round_trip_stores_reads_and_deletes_on_the_admin_address_alone() {
    let (server, blobs) = sick();
    let admin = Admin::new(server.clone());
    let deep = || Request::get("/healthz?deep=1").body(String::new()).unwrap();
    let (status, body) = read(admin.handle(deep()).await).await;
    assert_eq!((status, reason(&body, "round_trip")), (200, None));
    assert_eq!(blobs.stored().await, 0, "it leaves nothing");
    for (health, expected) in [
        (Health::Full, "no space is left"),
        (Health::Twisted, "the store fails"),
        (Health::Silent, "the store does not answer in time"),
    ] {
        blobs.be(health);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let (status, body) = read(admin.handle(deep()).await).await;
        assert_eq!((status, reason(&body, "round_trip").as_deref()), (503, Some(expected)), "{health:?}");
    }
    assert_eq!(ask(&server, "GET", "/healthz?deep=1").await.0, 404);
}

#[tokio::test]
async fn an_admin_service_answers_for_its_server_while_that_drains() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (server, _) = sick();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(registry_server::serve_admin(listener, Admin::new(server.clone()), async {
        drop(stopped.await);
    }));
    for (path, status) in [
        ("/livez", 200),
        ("/readyz", 200),
        ("/healthz", 200),
        ("/metrics", 404),
        ("/v2/", 404),
        ("/readyz", 503),
    ] {
        if status == 503 {
            server.drain();
        }
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    drop(stop);
    serving.await.unwrap().unwrap();
}
