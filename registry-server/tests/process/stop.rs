//! SIGTERM: no new connections, running requests are finished, then it ends.

use std::time::Duration;

use super::http::Http;
use super::registry::Registry;

#[test]
fn a_running_upload_is_finished_before_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut registry = Registry::start(folder.path());
    let mut http = registry.connect();
    let begun = http.send("POST", "/v2/drain/blobs/uploads/", &[], b"").unwrap();
    let location = begun.location().to_owned();
    http.start("PATCH", &location, &[("Content-Type", "application/octet-stream")], 10).unwrap();
    http.more(b"01234").unwrap();
    // A second request proves that the first has been taken up before the signal is sent.
    assert_eq!(registry.connect().send("GET", "/v2/", &[], b"").unwrap().status, 200);
    registry.terminate();
    let refused = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        Http::connect(registry.address).is_err()
    });
    assert!(refused, "new connections are still accepted");
    http.more(b"56789").unwrap();
    let answer = http.answer(false).unwrap();
    assert_eq!((answer.status, answer.header("range")), (202, Some("0-9")));
    assert!(registry.wait(Duration::from_secs(20)).success());
}

#[test]
fn an_idle_connection_does_not_hold_it_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut registry = Registry::start(folder.path());
    let mut idle = registry.connect();
    assert_eq!(idle.send("GET", "/v2/", &[], b"").unwrap().status, 200);
    registry.terminate();
    assert!(registry.wait(Duration::from_secs(10)).success());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        a_second_signal_ends_at_once(first, second);
    }
}

fn a_second_signal_ends_at_once(first: &str, second: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut registry = Registry::start(folder.path());
    let mut http = registry.connect();
    let begun = http.send("POST", "/v2/drain/blobs/uploads/", &[], b"").unwrap();
    http.start("PATCH", begun.location(), &[], 10).unwrap();
    http.more(b"01234").unwrap();
    assert_eq!(registry.connect().send("GET", "/v2/", &[], b"").unwrap().status, 200);
    registry.signal(first);
    while Http::connect(registry.address).is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    registry.signal(second);
    registry.wait(Duration::from_secs(10));
}
