//! SIGHUP and a changed file: what can change does, what cannot is said, what is wrong changes nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use registry_core::{Algorithm, Digest};

use super::Files;
use crate::http::Http;
use crate::registry::Registry;

/// A registry with a configuration file and a log that can be read.
struct Running {
    files: Files,
    log: PathBuf,
    registry: Registry,
}

impl Running {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(more: &[&str]) -> Self {
        let files = Files::new();
        let file = files.write("c.toml", "");
        let (data, log) = (files.0.path().join("data"), files.0.path().join("log"));
        let arguments =
            ["--config", file.to_str().unwrap(), "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
        let registry = Registry::start_logging(&[&arguments[..], more].concat(), &log);
        Self { files, log, registry }
    }

    /// Writes the file and tells the registry; answers what it logs about it, up to this text.
    fn reload(&self, content: &str, until: &str) -> String {
        let before = std::fs::read_to_string(&self.log).unwrap().len();
        self.files.write("c.toml", content);
        self.registry.signal("HUP");
        self.logged(before, until)
    }

    /// Waits until all of it is in effect: a signal that comes behind is answered behind.
    fn settle(&self) {
        let before = std::fs::read_to_string(&self.log).unwrap().len();
        self.registry.signal("HUP");
        self.logged(before, "was read again");
    }

    fn logged(&self, from: usize, until: &str) -> String {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let log = std::fs::read_to_string(&self.log).unwrap();
            if log[from..].contains(until) {
                return log[from..].to_owned();
            }
            assert!(Instant::now() < patience, "{until} is not in:\n{}", &log[from..]);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn get(&self, target: &str) -> (u16, String) {
        let answer = self.registry.connect().send("GET", target, &[], b"").unwrap();
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    fn push(&self) -> u16 {
        self.registry.connect().send("POST", "/v2/a/blobs/uploads/", &[], b"").unwrap().status
    }
}

#[test]
fn what_can_change_does_at_once() {
    let running = Running::start();
    assert_eq!(running.push(), 202);
    running.reload("[http]\nread_only = true\n", "changed: http.read_only");
    running.settle();
    assert_eq!(running.push(), 405);
    running.reload("", "changed: http.read_only");
    running.settle();
    assert_eq!(running.push(), 202);
}

#[test]
fn limits_and_what_is_said_of_uploads_change_at_once() {
    let running = Running::start();
    let kept = running.registry.connect();
    let text = "[limits]\nuri_bytes = 20\nmanifest_bytes = 1\n[uploads]\nper_repository = 1\n";
    let log = running.reload(text, "was read again");
    for path in ["limits.uri_bytes", "limits.manifest_bytes", "uploads.per_repository"] {
        assert!(log.contains(&format!("changed: {path}")), "{path} is not in {log}");
    }
    assert!(log.contains("need_restart=0"), "{log}");
    running.settle();
    assert_eq!(running.get("/v2/a-longer-name/tags/list").0, 414);
    // Connections that were there before have the limits of their time on each request.
    let mut kept = kept;
    assert_eq!(kept.send("GET", "/v2/a-longer-name/tags/list", &[], b"").unwrap().status, 414);
    let put = running.registry.connect().send("PUT", "/v2/a/manifests/a", &[], b"{}").unwrap();
    assert_eq!(put.status, 413);
    assert_eq!((running.push(), running.push()), (202, 429));
    running.reload("", "changed: uploads.per_repository");
    running.settle();
    assert_eq!(running.push(), 202);
}

/// The names of the webhooks and how many events each has taken.
fn webhooks(running: &Running) -> Vec<(String, u64)> {
    let (_, body) = running.get("/v2/_registry/webhooks/status");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let tell = |hook: &serde_json::Value| {
        (hook["name"].as_str().unwrap().to_owned(), hook["delivered"].as_u64().unwrap())
    };
    body["webhooks"].as_array().unwrap().iter().map(tell).collect()
}

/// Waits until the webhook has taken so many events.
fn until_delivered(running: &Running, name: &str, events: u64) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !webhooks(running).contains(&(name.to_owned(), events)) {
        assert!(Instant::now() < patience, "{:?}", webhooks(running));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Takes whatever is posted, each on a connection of its own; answers how the configuration of a webhook begins.
fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 64 * 1024];
            let mut read = 0;
            // The body is JSON of one line, and ends the request.
            while !bytes[..read].ends_with(b"}") {
                read += stream.read(&mut bytes[read..]).unwrap();
            }
            let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("[[webhooks]]\nurl = \"http://{address}/\"\n")
}

fn blob(running: &Running, content: &str) {
    let digest = Digest::of(Algorithm::Sha256, content.as_bytes());
    let path = format!("/v2/a/blobs/uploads/?digest={digest}");
    assert_eq!(running.registry.connect().send("POST", &path, &[], content.as_bytes()).unwrap().status, 201);
}

#[test]
fn webhooks_come_and_go_and_keep_their_place() {
    let running = Running::start();
    let one = format!("{}name = \"one\"\n", receiver());
    running.reload(&one, "changed: webhooks.0.name");
    running.settle();
    blob(&running, "first");
    until_delivered(&running, "one", 1);
    running.reload("", "changed: webhooks.0.name");
    running.settle();
    assert_eq!(webhooks(&running), []);
    assert!(!running.get("/metrics").1.contains("webhook=\"one\""));
    blob(&running, "second");
    let two = format!("{}name = \"two\"\n", receiver());
    running.reload(&format!("{two}{one}"), "changed: webhooks.1.name");
    until_delivered(&running, "one", 1);
    blob(&running, "third");
    until_delivered(&running, "one", 2);
    until_delivered(&running, "two", 1);
    // What is as it was is left alone: how much it has taken would begin anew.
    running.reload(&format!("{two}{one}batch = 1\n"), "changed: webhooks.1.batch");
    running.settle();
    assert_eq!(webhooks(&running), [("two".to_owned(), 1), ("one".to_owned(), 0)]);
}

#[test]
fn an_operator_sees_what_became_of_it() {
    let running = Running::start_with(&["--set", "http.admin=127.0.0.1:0"]);
    let log = running.logged(0, "are on the admin address");
    let line = log.lines().find(|line| line.contains("are on the admin address")).unwrap();
    let address = line.split_once("address=").unwrap().1.trim().parse().unwrap();
    let ask = |target: &str| {
        let answer = Http::connect(address).unwrap().send("GET", target, &[], b"").unwrap();
        assert_eq!(answer.status, 200, "readiness does not depend on it");
        String::from_utf8(answer.body).unwrap()
    };
    let seen = |success: bool, restart: &str, count: usize| {
        let health: serde_json::Value = serde_json::from_str(&ask("/healthz")).unwrap();
        let told = &health["configuration"];
        assert_eq!(told["last_reload_success"], success, "{health}");
        assert_eq!(told["restart_needed"].to_string(), restart);
        let metrics = ask("/metrics");
        for line in [
            format!("registry_config_last_reload_success {}", u8::from(success)),
            format!("registry_config_restart_needed {count}"),
        ] {
            assert!(metrics.lines().any(|other| other == line), "{line} is not in {metrics}");
        }
        let read = metrics
            .lines()
            .find_map(|line| line.strip_prefix("registry_config_last_reload_timestamp_seconds "));
        read.unwrap().parse::<f64>().unwrap()
    };
    let first = seen(true, "[]", 0);
    running.reload("[http]\nmax_page = 1\n", "needs a restart");
    running.settle();
    let second = seen(true, "[\"http.max_page\"]", 1);
    running.reload("[http]\nmax_page = \"many\"\n", "changes nothing");
    running.reload("[http]\nmax_page = \"many\"\n", "changes nothing");
    let third = seen(false, "[\"http.max_page\"]", 1);
    running.reload("", "was read again");
    running.settle();
    seen(true, "[]", 0);
    assert!(first < second && second < third, "{first} {second} {third}");
    assert!(!running.get("/readyz").1.contains("configuration"), "that is for operators alone");
}

#[test]
fn the_level_of_the_log_changes() {
    let running = Running::start();
    running.push();
    // Requests are written together, a moment later.
    running.logged(0, "registry::access");
    running.reload("[log]\naccess = false\n", "changed: log.access");
    running.settle();
    running.push();
    let log = running.reload("[log]\naccess = true\n", "changed: log.access");
    assert!(!log.contains("registry::access"), "{log}");
}

#[test]
fn what_cannot_change_is_said_until_it_is_taken_back() {
    let running = Running::start();
    for _ in 0..2 {
        running.reload("[http]\nmax_page = 1\n", "needs a restart: http.max_page");
        running.settle();
    }
    running.reload("", "need_restart=0");
}

#[test]
fn what_is_wrong_changes_nothing_and_is_told_with_its_place() {
    let running = Running::start();
    running.reload("[http]\nread_only = true\n", "changed: http.read_only");
    running.settle();
    let log = running.reload("[http]\nread_only = false\nlisen = 1\n", "changes nothing");
    assert!(log.contains("c.toml:3:1: unknown key `lisen`, did you mean `listen`?"), "{log}");
    assert_eq!(running.push(), 405);
}

#[test]
fn a_changed_file_is_noticed_without_a_signal() {
    let running = Running::start();
    let before = std::fs::read_to_string(&running.log).unwrap().len();
    // As editors and Kubernetes do it: another file under the same name.
    let other = running.files.write("other.toml", "[http]\nread_only = true\n");
    std::fs::rename(other, running.files.0.path().join("c.toml")).unwrap();
    running.logged(before, "changed: http.read_only");
    running.settle();
    assert_eq!(running.push(), 405);
}
