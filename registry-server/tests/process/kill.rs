//! Killed with SIGKILL under eight writers, and started again: what was answered 201 or 202 is there.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use registry_core::{Algorithm, Digest};
use serde_json::Value;

use super::http::Http;
use super::registry::Registry;
use super::writer::{Promises, Writer};

const KILLS: usize = 100;
const WRITERS: usize = 8;

#[test]
fn i_01_i_02_i_05_i_06_i_15_what_was_acknowledged_survives_a_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Promises::default();
    for round in 0..KILLS {
        let registry = Registry::start(folder.path());
        let made = write_until_killed(registry, round);
        let registry = Registry::start(folder.path());
        let mut http = registry.connect();
        check(&mut http, &made);
        continue_uploads(&mut http, &made);
        keep(&mut all, made);
        check_tags(&mut http, &all);
    }
    let registry = Registry::start(folder.path());
    let mut http = registry.connect();
    check(&mut http, &all);
    check_lists(&mut http, &all);
    assert!(all.manifests.len() > KILLS, "only {} manifests were acknowledged", all.manifests.len());
    println!(
        "{KILLS} kills under {WRITERS} writers; acknowledged and found: {} blobs, {} manifests, {} tags, {} referrers, \
         {} uploads to go on with",
        all.blobs.len(),
        all.manifests.len(),
        all.tags.len(),
        all.referrers.len(),
        all.uploads.len(),
    );
}

/// Lets the writers push for a while, a little longer each round, and kills the server under them.
fn write_until_killed(registry: Registry, round: usize) -> Promises {
    let address = registry.address;
    let made = Mutex::new(Promises::default());
    thread::scope(|scope| {
        for id in 0..WRITERS {
            let made = &made;
            scope.spawn(move || {
                let mut promises = Promises::default();
                Writer::new(id, round).run(address, &mut promises);
                keep(&mut made.lock().unwrap(), promises);
            });
        }
        thread::sleep(Duration::from_millis(60 + 2 * round as u64));
        registry.kill();
    });
    made.into_inner().unwrap()
}

fn keep(all: &mut Promises, made: Promises) {
    all.blobs.extend(made.blobs);
    all.manifests.extend(made.manifests);
    for (tag, promise) in made.tags {
        let known = all.tags.entry(tag).or_default();
        if promise.acknowledged.is_some() {
            *known = promise;
        } else {
            known.in_flight.extend(promise.in_flight);
        }
    }
    all.referrers.extend(made.referrers);
    all.uploads.extend(made.uploads);
}

fn check(http: &mut Http, promises: &Promises) {
    for (path, size) in &promises.blobs {
        let answer = http.send("GET", path, &[], b"").unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, *size), "{path}");
        let digest = Digest::of(Algorithm::Sha256, &answer.body).to_string();
        assert!(path.ends_with(&digest), "{path} holds {digest}");
    }
    for (path, bytes) in &promises.manifests {
        let answer = http.send("GET", path, &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(&answer.body, bytes, "{path}");
    }
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, digest) in &promises.referrers {
        lists.entry(path).or_default().push(digest);
    }
    for (path, digests) in lists {
        let answer = http.send("GET", path, &[], b"").unwrap();
        let index: Value = serde_json::from_slice(&answer.body).unwrap();
        let listed: Vec<&str> = index["manifests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["digest"].as_str().unwrap())
            .collect();
        assert!(digests.iter().all(|digest| listed.contains(digest)), "{path} lacks one of {digests:?}");
    }
}

/// Each tag points to what was promised last, or to what was in flight since.
fn check_tags(http: &mut Http, promises: &Promises) {
    for (path, promise) in &promises.tags {
        let answer = http.send("GET", path, &[], b"").unwrap();
        let found =
            (answer.status == 200).then(|| answer.header("docker-content-digest").unwrap().to_owned());
        let in_flight = found.as_ref().is_some_and(|digest| promise.in_flight.contains(digest));
        assert!(in_flight || found == promise.acknowledged, "{path}: {found:?} instead of {promise:?}");
    }
}

/// Each upload has at least the offset that was promised, and goes on from there without its bytes being sent again.
fn continue_uploads(http: &mut Http, promises: &Promises) {
    for (location, promised, content) in &promises.uploads {
        let status = http.send("GET", location, &[], b"").unwrap();
        assert_eq!(status.status, 204, "{location}");
        let last: usize = status.header("range").unwrap().strip_prefix("0-").unwrap().parse().unwrap();
        let offset = if last == 0 { 0 } else { last + 1 };
        assert!(offset >= *promised && offset <= content.len(), "{location}: {offset} of {promised}");
        let digest = Digest::of(Algorithm::Sha256, content);
        let closing = format!("{location}?digest={digest}");
        let answer = http.send("PUT", &closing, &[], &content[offset..]).unwrap();
        assert_eq!(answer.status, 201, "{location}: {}", String::from_utf8_lossy(&answer.body));
    }
}

/// No ghosts and nothing hidden: what is listed answers 200, and what was promised is listed.
fn check_lists(http: &mut Http, promises: &Promises) {
    for repository in 0..WRITERS / 2 {
        let answer = http.send("GET", &format!("/v2/kill/r{repository}/tags/list"), &[], b"").unwrap();
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let listed: Vec<String> = serde_json::from_value(body["tags"].clone()).unwrap();
        let path = |tag: &str| format!("/v2/kill/r{repository}/manifests/{tag}");
        for tag in &listed {
            assert_eq!(http.send("HEAD", &path(tag), &[], b"").unwrap().status, 200, "{tag} is a ghost");
        }
        let prefix = path("");
        let acknowledged = promises.tags.iter().filter(|(_, promise)| promise.acknowledged.is_some());
        for tag in acknowledged.filter_map(|(path, _)| path.strip_prefix(&prefix)) {
            assert!(listed.iter().any(|other| other == tag), "{tag} is not listed");
        }
    }
}
