//! Two replicas on one database: one tells webhooks what happened, and when it is lost the other does.
//!
//! It makes a cluster of PostgreSQL, so it is behind the feature `postgres-tests`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use registry_core::Digest;
use serde_json::Value;

use super::cluster::Cluster;
use super::registry::Registry;

const LEASE: Duration = Duration::from_secs(3);
const JOBS: [&str; 2] = ["events.delivery", "uploads.expiry"];

/// How often each event was taken.
type Taken = Arc<Mutex<BTreeMap<String, u32>>>;

struct Replicas {
    folder: tempfile::TempDir,
    database: String,
    receiver: SocketAddr,
    taken: Taken,
    pushed: u32,
}

impl Replicas {
    fn on(database: String) -> Self {
        let taken = Taken::default();
        let receiver = receive(&taken);
        Self { folder: tempfile::tempdir().unwrap(), database, receiver, taken, pushed: 0 }
    }

    fn start(&self, name: &str) -> Registry {
        let config = self.folder.path().join(format!("{name}.toml"));
        write_config(&config, &self.database, self.receiver);
        let log = self.folder.path().join(format!("{name}.log"));
        Registry::start_logging(&["--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()], &log)
    }

    /// Pushes blobs to this replica, and waits until each event came.
    fn push(&mut self, registry: &Registry) {
        let mut http = registry.connect();
        for _ in 0..10 {
            self.pushed += 1;
            let content = format!("{}", self.pushed);
            let path = format!("/v2/a/blobs/uploads/?digest={}", Digest::sha256_of(content.as_bytes()));
            assert_eq!(http.send("POST", &path, &[], content.as_bytes()).unwrap().status, 201);
        }
        let pushed = usize::try_from(self.pushed).unwrap();
        until("every event comes", LEASE * 4, || self.taken.lock().unwrap().len() == pushed);
    }

    fn twice(&self) -> usize {
        self.taken.lock().unwrap().values().filter(|times| **times > 1).count()
    }
}

fn write_config(config: &Path, database: &str, receiver: SocketAddr) {
    let lease = LEASE.as_secs();
    let text = format!(
        "[storage]\nblobs = \"memory\"\nmetadata = \"postgres\"\n[postgres]\nurl = \"{database}\"\nmax_connections = 4\n\
         [workers]\nlease = \"{lease}s\"\n[[webhooks]]\nname = \"one\"\nurl = \"http://{receiver}/\"\n"
    );
    std::fs::write(config, text).unwrap();
}

/// Whether the replica holds the lease of the job, as it tells itself.
fn holds(registry: &Registry, job: &str) -> bool {
    let answer = registry.connect().send("GET", "/metrics", &[], b"").unwrap();
    let text = String::from_utf8(answer.body).unwrap();
    let line = format!("registry_lease_held{{job=\"{job}\"}} ");
    let value = text.lines().find_map(|found| found.strip_prefix(&line)).expect("every lease is told of");
    value == "1"
}

fn holds_all(registry: &Registry) -> bool {
    JOBS.iter().all(|job| holds(registry, job))
}

fn until(what: &str, longest: Duration, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + longest;
    while !is() {
        assert!(Instant::now() < end, "{what}: not so within {longest:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn one_of_two_replicas_delivers_and_is_replaced_within_the_lease() {
    let mut replicas = Replicas::on(Cluster::shared().empty("replicas"));
    let first = replicas.start("first");
    until("the first one has the jobs", LEASE, || holds_all(&first));
    let second = replicas.start("second");
    replicas.push(&first);
    replicas.push(&second);
    assert!(JOBS.iter().all(|job| holds(&first, job) && !holds(&second, job)));
    assert_eq!(replicas.twice(), 0, "one delivers");

    // Stopped: another takes over, and when it goes on it does not act.
    first.signal("STOP");
    until("a stopped one is replaced", LEASE + Duration::from_secs(1), || holds_all(&second));
    replicas.push(&second);
    first.signal("CONT");
    until("it knows that it was replaced", LEASE, || JOBS.iter().all(|job| !holds(&first, job)));
    replicas.push(&first);
    assert!(holds_all(&second));
    assert_eq!(replicas.twice(), 0, "nothing was under way, so nothing came twice");

    // Killed.
    second.kill();
    until("a killed one is replaced", LEASE + Duration::from_secs(1), || holds_all(&first));
    replicas.push(&first);

    // Told to end: the next one has the jobs as soon as it looks.
    let third = replicas.start("third");
    first.terminate();
    until("one that ends is replaced", Duration::from_secs(2), || holds_all(&third));
    replicas.push(&third);
    assert_eq!(replicas.twice(), 0);
}

/// Takes everything.
fn receive(taken: &Taken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::clone(taken);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let taken = Arc::clone(&taken);
            thread::spawn(move || {
                let stream = stream.unwrap();
                let mut reader = BufReader::new(&stream);
                while serve(&stream, &mut reader, &taken).is_some() {}
            });
        }
    });
    address
}

fn serve(mut stream: &TcpStream, reader: &mut BufReader<&TcpStream>, taken: &Taken) -> Option<()> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        length = line.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body: Value = serde_json::from_slice(&body).unwrap();
    for event in body["events"].as_array().unwrap() {
        *taken.lock().unwrap().entry(event["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()
}
