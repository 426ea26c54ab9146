//! What a server says and does while its database is away, and that it comes back by itself.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::Cluster;
use crate::http::Answer;
use crate::registry::{Registry, command};

/// Longer than everything that is waited for in the server: a statement, and the patience beside it.
const BOUND: Duration = Duration::from_secs(10);

/// A registry on this cluster, with short patience.
fn start(cluster: &Cluster, data: &Path) -> Registry {
    let mut serve = command();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    for setting in [
        "storage.metadata=postgres",
        "postgres.patience=300ms",
        "postgres.connect_timeout=1s",
        "postgres.statement_timeout=2s",
    ] {
        serve.args(["--set", setting]);
    }
    serve.env("REGISTRY_POSTGRES_URL", cluster.address("postgres"));
    Registry::run(serve, Stdio::null())
}

/// An answer, which comes in time.
fn ask(registry: &Registry, method: &str, path: &str, body: &[u8]) -> Answer {
    let begun = Instant::now();
    let answer = registry.connect().send(method, path, &[], body).unwrap();
    assert!(begun.elapsed() < BOUND, "{path} took {:?}", begun.elapsed());
    answer
}

/// Waits until it is ready (200), or is known not to be (503): an answer counts for a second.
fn until(registry: &Registry, status: u16) -> Answer {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = ask(registry, "GET", "/readyz", b"");
        if answer.status == status {
            return answer;
        }
        assert!(Instant::now() < end, "readiness stays {}", answer.status);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn until_ready(registry: &Registry) {
    until(registry, 200);
}

/// Pushes a blob whole and reads it back.
fn push(registry: &Registry, content: &str) {
    let digest = registry_core::Digest::sha256_of(content.as_bytes());
    let path = format!("/v2/here/blobs/uploads/?digest={digest}");
    assert_eq!(ask(registry, "POST", &path, content.as_bytes()).status, 201);
    read(registry, content);
}

fn read(registry: &Registry, content: &str) {
    let digest = registry_core::Digest::sha256_of(content.as_bytes());
    let answer = ask(registry, "GET", &format!("/v2/here/blobs/{digest}"), b"");
    assert_eq!((answer.status, answer.body), (200, content.as_bytes().to_vec()));
}

/// Alive, not ready, and every request is refused in a way that clients try again.
fn is_down(registry: &Registry, cluster: &Cluster) {
    let live = Instant::now();
    assert_eq!(ask(registry, "GET", "/livez", b"").status, 200);
    assert!(live.elapsed() < Duration::from_secs(1), "liveness waits for nobody");
    let ready = until(registry, 503);
    let body: Value = serde_json::from_slice(&ready.body).unwrap();
    for check in body["checks"].as_array().unwrap() {
        let reason = check.get("reason").and_then(Value::as_str);
        let known = ["the store is unavailable", "the store does not answer in time"];
        match check["name"].as_str().unwrap() {
            "metadata" => assert!(known.contains(&reason.unwrap()), "{body}"),
            _ => assert_eq!(reason, None, "{body}"),
        }
    }
    let digest = registry_core::Digest::sha256_of(b"anything");
    let upload = format!("/v2/here/blobs/uploads/?digest={digest}");
    let blob = format!("/v2/here/blobs/{digest}");
    let mut told = vec![ready];
    for (method, path, body) in [
        ("GET", "/v2/_catalog", &b""[..]),
        ("GET", "/v2/here/tags/list", b""),
        ("GET", "/v2/here/manifests/v1", b""),
        ("HEAD", "/v2/here/manifests/v1", b""),
        ("GET", &blob, b""),
        ("DELETE", &blob, b""),
        ("POST", &upload, b"anything"),
        ("POST", "/v2/here/blobs/uploads/", b""),
    ] {
        let answer = ask(registry, method, path, body);
        assert_eq!(answer.status, 503, "{method} {path}");
        let wait: u32 = answer.header("retry-after").expect(path).parse().unwrap();
        assert!((1..60).contains(&wait));
        if method != "HEAD" {
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["errors"][0]["code"], "UNAVAILABLE", "{method} {path}: {body}");
        }
        told.push(answer);
    }
    let inside = [cluster.folder().to_str().unwrap(), "postgres", "socket", "5432", "registry.commit"];
    for answer in told {
        let text = String::from_utf8(answer.body).unwrap();
        assert!(inside.iter().all(|word| !text.contains(word)), "{text}");
    }
}

#[test]
fn while_the_database_is_stopped_the_server_is_alive_and_not_ready() {
    let (cluster, data) = (Cluster::durable(), tempfile::tempdir().unwrap());
    let registry = start(&cluster, data.path());
    until_ready(&registry);
    push(&registry, "before");
    for round in 0..2 {
        cluster.stop();
        is_down(&registry, &cluster);
        cluster.start_again();
        until_ready(&registry);
        read(&registry, "before");
        push(&registry, &format!("after {round}"));
    }
}

#[test]
fn while_the_database_stands_still_the_server_is_alive_and_not_ready() {
    let (cluster, data) = (Cluster::durable(), tempfile::tempdir().unwrap());
    let registry = start(&cluster, data.path());
    until_ready(&registry);
    push(&registry, "before");
    for round in 0..2 {
        let frozen = cluster.freeze();
        is_down(&registry, &cluster);
        drop(frozen);
        until_ready(&registry);
        read(&registry, "before");
        push(&registry, &format!("after {round}"));
    }
}

/// A server that is started while the database is away says so and ends; whoever keeps it starts it again.
#[test]
fn without_the_database_no_server_starts() {
    let (cluster, data) = (Cluster::durable(), tempfile::tempdir().unwrap());
    cluster.stop();
    let output = command()
        .args(["serve", "--listen", "127.0.0.1:0", "--data", data.path().to_str().unwrap()])
        .args(["--set", "storage.metadata=postgres", "--set", "postgres.patience=100ms"])
        .env("REGISTRY_POSTGRES_URL", cluster.address("postgres"))
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("cannot use the database"), "{told}");
}
