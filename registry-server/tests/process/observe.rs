//! What a running registry tells of itself: the admin address, the log in both forms, and no secret anywhere.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::http::Http;
use super::registry::command;

/// A running registry whose log goes to a file.
struct Watched {
    child: Child,
    address: SocketAddr,
    admin: Option<SocketAddr>,
    folder: tempfile::TempDir,
}

impl Watched {
    /// Started with this configuration, in which `ADMIN` stands for a free address.
    fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let file = folder.path().join("registry.toml");
        std::fs::write(&file, config.replace("ADMIN", &free.to_string())).unwrap();
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .arg("--config")
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next();
        let first = first.unwrap_or_else(|| panic!("it did not start: {}", log(folder.path()))).unwrap();
        let address = first.rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, address, admin: config.contains("ADMIN").then_some(free), folder }
    }

    /// Status and body of the answer to a GET.
    fn get(&self, address: SocketAddr, target: &str) -> (u16, String) {
        let answer = Http::connect(address).unwrap().send("GET", target, &[], b"").unwrap();
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// Everything that was logged until it ended.
    fn end(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        log(self.folder.path())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap()
}

/// What must never be seen again.
const CANARIES: [&str; 6] =
    ["canary-bearer", "canary-query", "canary-cookie", "canary-url", "canary-secret", "canary-hook"];

/// Requests that hold every canary, and try to forge entries of the log.
fn attack(watched: &Watched) -> String {
    let mut seen = String::new();
    let headers = [
        ("Authorization", "Bearer canary-bearer"),
        ("Proxy-Authorization", "Basic canary-bearer"),
        ("Cookie", "session=canary-cookie"),
        ("User-Agent", "evil\t\"level\":\"INFO\" \u{1b}[31m status=200 \u{9b}31m"),
    ];
    for (method, target) in [
        ("GET", "/v2/?token=canary-query"),
        ("GET", "/v2/a/manifests/none?password=canary-query"),
        ("GET", "/v2/a%0a%1b[31m/manifests/\"x\"?a=canary-query"),
        ("PUT", "/v2/a/manifests/x?tag=canary-query"),
        ("POST", "/v2/a/blobs/uploads/?digest=canary-query"),
        ("POST", "/v2/a/blobs/uploads/?mount=x&from=canary-query"),
        ("BREW", "/nowhere?canary-query"),
        ("GET", "/metrics?canary-query"),
        ("GET", "/readyz?canary-query"),
    ] {
        // A head with a byte that no header may hold is refused below us; the others are logged.
        let answers = [&headers[..], &headers[..3]]
            .map(|headers| Http::connect(watched.address).unwrap().send(method, target, headers, b""));
        for answer in answers.into_iter().flatten() {
            // What a client sent may come back to it in the text of an error; what it did not send must not.
            if method == "GET" {
                seen.push_str(&String::from_utf8_lossy(&answer.body));
            }
        }
    }
    seen
}

fn config(format: &str) -> String {
    format!(
        "[log]\nlevel = \"trace\"\nformat = \"{format}\"\n[[webhooks]]\nname = \"hook\"\n\
         url = \"http://127.0.0.1:9/canary-url\"\nsecret = \"canary-secret\"\n\
         authorization = \"Bearer canary-hook\"\n"
    )
}

fn holds_no_canary(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} holds {canary}: {text}");
    }
}

#[test]
fn no_secret_is_logged_measured_or_answered_at_any_level() {
    for format in ["text", "json"] {
        let watched = Watched::start(&config(format));
        let answers = attack(&watched);
        holds_no_canary("an answer", &answers);
        let log = watched.end();
        holds_no_canary("the log", &log);
        assert!(log.contains("registry::access"), "{log}");
    }
}

#[test]
fn nobody_can_forge_an_entry_of_the_log() {
    let watched = Watched::start(&config("text"));
    attack(&watched);
    let log = watched.end();
    for line in log.lines() {
        // Each entry begins with its time, and holds nothing that speaks to a terminal.
        assert!(line.len() > 20 && line.as_bytes()[4] == b'-' && line.as_bytes()[10] == b'T', "{line:?}");
        assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line:?}");
    }
    let watched = Watched::start(&config("json"));
    attack(&watched);
    let log = watched.end();
    let mut accesses = 0;
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if entry["target"] == "registry::access" {
            accesses += 1;
            for field in ["request_id", "trace_id", "remote", "actor", "method", "path", "user_agent", "code"]
            {
                assert!(entry[field].is_string(), "{field}: {line}");
            }
            for field in ["status", "bytes_in", "bytes_out", "milliseconds"] {
                assert!(entry[field].is_number(), "{field}: {line}");
            }
        }
    }
    assert!(accesses >= 8, "{log}");
}

#[test]
fn an_admin_address_takes_over_the_measurements() {
    let watched = Watched::start("[http]\nadmin = \"ADMIN\"\n");
    let admin = watched.admin.unwrap();
    for (address, path, status) in [
        (admin, "/livez", 200),
        (admin, "/readyz", 200),
        (admin, "/healthz?deep=1", 200),
        (admin, "/metrics", 200),
        (admin, "/v2/", 404),
        (watched.address, "/livez", 200),
        (watched.address, "/readyz", 200),
        (watched.address, "/metrics", 404),
        (watched.address, "/healthz", 404),
    ] {
        assert_eq!(watched.get(address, path).0, status, "{path}");
    }
    let (_, text) = watched.get(admin, "/metrics");
    for name in
        ["registry_http_requests_total", "registry_storage_action_duration_seconds_count", "registry_ready 1"]
    {
        assert!(text.contains(name), "{name} is not in {text}");
    }
    watched.end();
}

#[test]
fn measurements_and_the_access_log_can_be_switched_off() {
    let watched = Watched::start("");
    assert_eq!(watched.get(watched.address, "/metrics").0, 200);
    assert!(watched.end().contains("registry::access"));
    let watched = Watched::start("[metrics]\nenabled = false\n[log]\naccess = false\n");
    assert_eq!(watched.get(watched.address, "/metrics").0, 404);
    assert!(!watched.end().contains("registry::access"));
}
