//! Killed with SIGKILL between a commit and its delivery, and in the middle of deliveries: nothing is lost, and the
//! order stays.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use registry_core::{Algorithm, Digest, Event};
use serde_json::Value;

use super::http::Http;
use super::registry::Registry;

const KILLS: usize = 25;
const WRITERS: usize = 4;
/// Blobs of one writer in one round: what is to be delivered in the end must not grow with the speed of the machine.
const BLOBS: usize = 20;

#[derive(Default)]
struct Receiver {
    /// The numbers of the events that were taken, in the order in which they came.
    taken: Mutex<Vec<u64>>,
    /// No longer in a mood: everything is taken at once.
    calm: AtomicBool,
}

#[test]
fn b9_no_event_is_lost_and_none_overtakes_another_however_often_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let taker = Arc::new(Receiver::default());
    let receiver = receive(&taker);
    let mut acknowledged = BTreeSet::new();
    for round in 0..KILLS {
        let registry = start(folder.path(), receiver);
        let made = write_until_killed(registry, round);
        acknowledged.extend(made);
    }
    taker.calm.store(true, Ordering::Relaxed);
    let registry = start(folder.path(), receiver);
    let mut http = registry.connect();
    until_delivered(&mut http);
    let log = log(&mut http);
    let taken = taker.taken.lock().unwrap().clone();
    // Every event of the log came, and so did everything that was answered 201.
    let came: BTreeSet<u64> = taken.iter().copied().collect();
    let expected: BTreeSet<u64> = log.iter().map(|event| event.seq).collect();
    assert_eq!(came, expected);
    let told: BTreeSet<String> = log
        .iter()
        .filter_map(|event| serde_json::to_value(event).unwrap()["digest"].as_str().map(str::to_owned))
        .collect();
    assert!(acknowledged.is_subset(&told));
    assert!(acknowledged.len() > KILLS, "only {} blobs were acknowledged", acknowledged.len());
    // What comes again begins with something that came before: nothing was jumped over.
    let mut newest = 0;
    for number in &taken {
        if *number > newest {
            let skipped = expected.range(newest + 1..*number).next();
            assert_eq!(skipped, None, "{number} came before an earlier one");
            newest = *number;
        }
    }
    let again = taken.len() - came.len();
    println!("{} events, {again} of them twice, over {KILLS} kills", came.len());
}

fn start(data: &Path, receiver: SocketAddr) -> Registry {
    let config = data.join("registry.toml");
    let text = format!(
        "[[webhooks]]\nname = \"one\"\nurl = \"http://{receiver}/hook\"\nbatch = 5\nbackoff_max = \"1s\"\n"
    );
    std::fs::write(&config, text).unwrap();
    let folder = data.join("data");
    let arguments = ["--listen", "127.0.0.1:0", "--data", folder.to_str().unwrap(), "--config"];
    Registry::start_with(&[&arguments[..], &[config.to_str().unwrap()]].concat())
}

/// Lets writers push for a while, and kills the server under them; answers what was acknowledged.
fn write_until_killed(registry: Registry, round: usize) -> BTreeSet<String> {
    let address = registry.address;
    let made = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let made = &made;
            scope.spawn(move || {
                let Ok(mut http) = Http::connect(address) else { return };
                for count in 0..BLOBS {
                    let content = format!("{writer} {round} {count}");
                    let digest = Digest::of(Algorithm::Sha256, content.as_bytes()).to_string();
                    let path = format!("/v2/hooks/r{writer}/blobs/uploads/?digest={digest}");
                    match http.send("POST", &path, &[], content.as_bytes()) {
                        Ok(answer) if answer.status == 201 => made.lock().unwrap().insert(digest),
                        _ => return,
                    };
                }
            });
        }
        thread::sleep(Duration::from_millis(60 + 4 * round as u64));
        registry.kill();
    });
    made.into_inner().unwrap()
}

/// Waits until the webhook has everything.
fn until_delivered(http: &mut Http) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = http.send("GET", "/v2/_registry/webhooks/status", &[], b"").unwrap();
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let hook = &body["webhooks"][0];
        if hook["lag"] == 0 && hook["state"] == "active" {
            return;
        }
        assert!(Instant::now() < until, "{hook}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The whole log.
fn log(http: &mut Http) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let answer = http.send("GET", &format!("/v2/_registry/events/log?after={after}"), &[], b"").unwrap();
        let text = String::from_utf8(answer.body.clone()).unwrap();
        events.extend(text.lines().map(|line| serde_json::from_str::<Event>(line).unwrap()));
        if answer.header("link").is_none() {
            return events;
        }
    }
}

/// A receiver that takes its time with some requests, so that kills fall into deliveries.
fn receive(taker: &Arc<Receiver>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taker = Arc::clone(taker);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let taker = Arc::clone(&taker);
            thread::spawn(move || while serve(stream.as_ref().unwrap(), &taker).is_some() {});
        }
    });
    address
}

fn serve(stream: &TcpStream, taker: &Receiver) -> Option<()> {
    let mut reader = BufReader::new(stream);
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
    let numbers: Vec<u64> = body["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap())
        .collect();
    let calm = taker.calm.load(Ordering::Relaxed);
    if !calm {
        thread::sleep(Duration::from_millis(numbers[0] % 5));
    }
    // Some are turned away, now and then; some are taken and yet answered with an error, and come again.
    let unlucky = !calm && coin() && coin();
    if !(unlucky && numbers[0].is_multiple_of(2)) {
        taker.taken.lock().unwrap().extend(&numbers);
    }
    let status = if unlucky { 503 } else { 200 };
    (&*stream).write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").as_bytes()).ok()
}

fn coin() -> bool {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish().is_multiple_of(2)
}
