//! SIGHUP and a changed file: what can change does, what cannot is said, what is wrong changes nothing.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Files;
use crate::registry::Registry;

/// A registry with a configuration file and a log that can be read.
struct Running {
    files: Files,
    log: PathBuf,
    registry: Registry,
}

impl Running {
    fn start() -> Self {
        let files = Files::new();
        let file = files.write("c.toml", "");
        let (data, log) = (files.0.path().join("data"), files.0.path().join("log"));
        let arguments =
            ["--config", file.to_str().unwrap(), "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
        let registry = Registry::start_logging(&arguments, &log);
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
fn the_level_of_the_log_changes() {
    let running = Running::start();
    running.push();
    running.reload("[log]\naccess = false\n", "changed: log.access");
    running.settle();
    let before = std::fs::read_to_string(&running.log).unwrap();
    assert!(before.contains("registry::access"), "{before}");
    running.push();
    let log = running.reload("[log]\naccess = true\n", "changed: log.access");
    assert!(!log.contains("registry::access"), "{log}");
}

#[test]
fn what_cannot_change_is_said_until_it_is_taken_back() {
    let running = Running::start();
    for _ in 0..2 {
        running.reload("[limits]\nconnections = 1\n", "needs a restart: limits.connections");
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
