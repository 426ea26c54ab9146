//! The load generator against a registry of our own: every scenario runs, and what it is told about the server is true.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Output};
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

fn load(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_load")).args(arguments).output().expect("the load generator runs")
}

fn server() -> Server {
    let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_runs_and_its_samples_become_a_table() {
    let running = registry_server::spawn(server()).await.expect("a server on a free port");
    let url = format!("http://{}", running.address());
    let folder = tempfile::tempdir().expect("a folder");
    let samples = folder.path().join("samples.tsv").to_string_lossy().into_owned();
    let pid = std::process::id().to_string();
    let scenarios: [&[&str]; 13] = [
        &["pull", "--size", "1MiB", "--clients", "2"],
        &["pull", "--size", "1MiB", "--discard"],
        &["push", "--size", "100KiB", "--clients", "2"],
        &["push", "--size", "100KiB", "--way", "put"],
        &["push", "--size", "100KiB", "--way", "chunks", "--chunk", "30KiB"],
        &["small", "--clients", "3"],
        &["small", "--request", "digest", "--tags", "5"],
        &["small", "--request", "head"],
        &["small", "--request", "blob"],
        &["image", "--layers", "2"],
        &["image", "--layers", "2", "--tags", "3"],
        &["list", "--tags", "300", "--page", "100"],
        &["mixed", "--size", "100KiB", "--clients", "4"],
    ];
    for scenario in scenarios {
        let rest = ["--url", &url, "--pid", &pid, "--count", "5", "--server", "own", "--samples", &samples];
        let arguments: Vec<String> = scenario.iter().chain(&rest).map(ToString::to_string).collect();
        let output = tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            load(&arguments)
        });
        let output = output.await.expect("no panic");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{scenario:?}: {errors}");
        let row = String::from_utf8(output.stdout).expect("text");
        assert!(row.contains("| own |") && row.contains("(5 operations in"), "{row}");
    }
    let table = load(&["table", &samples, "--baseline", "own"]);
    let table = String::from_utf8(table.stdout).expect("text");
    assert_eq!(table.lines().count(), 2 + scenarios.len(), "{table}");
}

#[test]
fn what_is_not_loopback_is_refused() {
    let output = load(&["pull", "--url", "http://192.0.2.1:5000"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a loopback address"));
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let output = load(&["small", "--url", &url]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("connecting to"));
}
