//! Writers and readers while the bucket is hard to reach: what they are answered meanwhile, and what is there afterwards.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use registry_doubles::between::{Between, Weather};

use super::super::support::{OCI_MANIFEST, image};
use super::{Ask, Bucket, House, NAME, PART, Reply, blob, content, digest, house, options, quick};

/// Longer than all attempts of all requests that one of ours needs.
const PATIENCE: Duration = Duration::from_secs(30);
const WRITERS: usize = 3;
const ROUNDS: usize = 3;

/// What was acknowledged, and what was seen.
struct Log {
    address: SocketAddr,
    blobs: Mutex<Vec<(String, Vec<u8>)>>,
    tags: Mutex<Vec<(String, Vec<u8>)>>,
    unavailable: AtomicUsize,
    cut: AtomicUsize,
    whole: AtomicUsize,
    done: AtomicBool,
}

#[test]
fn i_1_i_3_i_4_i_9_i_10_i_14_i_15_what_is_acknowledged_in_a_storm_holds() {
    let bucket = Bucket::new();
    let between = bucket.runtime.block_on(Between::start(bucket.double.address()));
    let mut objects = quick();
    objects.retries = 1;
    (objects.attempt_timeout, objects.stall_timeout) = (Duration::from_secs(2), Duration::from_secs(2));
    objects.retry_timeout = Duration::from_secs(6);
    let registry = bucket.registry_by(options(&between.endpoint(), objects));
    let house = house(registry.clone(), |builder| builder);
    let mut storm = Weather::storm();
    storm.stall = Duration::from_secs(3);
    between.set(storm);
    let log = Log::at(&house);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn({
                    let log = &log;
                    move || log.write(writer)
                })
            })
            .collect();
        for reader in 0..2 {
            scope.spawn({
                let log = &log;
                move || log.read(reader)
            });
        }
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        log.done.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok), "a writer saw what it must not see");
    });
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    println!(
        "{} requests to the bucket were hit; {} answers were 503, {} were cut, {} reads were whole",
        between.befallen(),
        count(&log.unavailable),
        count(&log.cut),
        count(&log.whole),
    );
    assert!(between.befallen() > 20 && count(&log.unavailable) > 0, "the weather was too fine");
    between.set(Weather::fine());
    log.check(&house);
    // Sessions that nobody goes on with are gone, and so are their parts.
    bucket.expire(&registry);
    log.check(&house);
    let kept: BTreeSet<_> = log.blobs.lock().unwrap().iter().map(|(digest, _)| digest.clone()).collect();
    // What was stored for a commit whose answer was lost is known to the list of the store alone.
    let unknown = bucket.objects("blobs/") - kept.len();
    assert!(unknown <= count(&log.unavailable), "{unknown} objects that nobody knows");
}

impl Log {
    fn at(house: &House) -> Self {
        Self {
            address: house.address(),
            blobs: Mutex::default(),
            tags: Mutex::default(),
            unavailable: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
            whole: AtomicUsize::new(0),
            done: AtomicBool::new(false),
        }
    }

    /// Pushes images of blobs of all sizes, in all ways, each step until it is done.
    fn write(&self, writer: usize) {
        for round in 0..ROUNDS {
            let seed = writer * 100 + round;
            let sizes = [70_000, PART + 4321, 100];
            let own = content(seed, sizes[(round + writer) % 3]);
            match (round + writer) % 3 {
                0 => self.push_in_one(&own),
                1 => self.push_in_chunks(&own, &[own.len()]),
                _ => self.push_in_chunks(&own, &[2, 50]),
            }
            // All writers push this one at about the same time, in chunks below and above a part.
            let shared = content(1000 + round, PART + 77);
            self.push_in_chunks(&shared, &[1000, 2_000_000, PART]);
            let image = image(&format!("{writer} {round}"));
            self.push_in_one(&image.config);
            self.push_in_one(&image.layers[0]);
            let tag = format!("t{writer}-{round}");
            let put = Ask::new("PUT", format!("/v2/{NAME}/manifests/{tag}"))
                .header("Content-Type", OCI_MANIFEST)
                .body(image.manifest.clone());
            self.until_done(&put).expect(201);
            self.tags.lock().unwrap().push((tag, image.manifest));
            // One that nobody goes on with.
            let location = self.until_done(&Ask::new("POST", uploads()).body("")).expect(202);
            self.once(&Ask::new("PATCH", location.header("location")).body(content(seed, PART + 99)));
        }
    }

    fn push_in_one(&self, bytes: &[u8]) {
        let digest = digest(bytes);
        let ask = Ask::new("POST", format!("{}?digest={digest}", uploads())).body(bytes);
        self.until_done(&ask).expect(201);
        self.acknowledge(digest, bytes);
    }

    /// In chunks that end at these places, and a last one.
    fn push_in_chunks(&self, bytes: &[u8], ends: &[usize]) {
        let digest = digest(bytes);
        let begun = self.until_done(&Ask::new("POST", uploads()).body("")).expect(202);
        let location = begun.header("location").to_owned();
        let mut at = 0;
        while at < bytes.len() {
            let end = ends.iter().copied().find(|end| *end > at).unwrap_or(bytes.len()).min(bytes.len());
            let range = format!("{at}-{}", end - 1);
            let ask = Ask::new("PATCH", &location).header("Content-Range", range).body(&bytes[at..end]);
            match self.once(&ask) {
                Some(reply) => at = end_of(&reply.expect(202)),
                // How far it came is told by the registry alone.
                None => at = end_of(&self.until_done(&Ask::new("GET", &location)).expect(204)),
            }
        }
        self.until_done(&Ask::new("PUT", format!("{location}?digest={digest}")).body("")).expect(201);
        self.acknowledge(digest, bytes);
    }

    fn acknowledge(&self, digest: String, bytes: &[u8]) {
        self.blobs.lock().unwrap().push((digest, bytes.to_owned()));
    }

    /// Reads what was acknowledged, over and over.
    fn read(&self, reader: usize) {
        let mut turn = reader;
        while !self.done.load(Ordering::Relaxed) {
            turn += 7;
            let known = self.blobs.lock().unwrap();
            let Some((digest, bytes)) = known.get(turn % known.len().max(1)).cloned() else { continue };
            drop(known);
            let ask = Ask::new("GET", blob(&digest));
            let middle = bytes.len() / 2;
            let (ask, expected) = match turn % 2 {
                0 => (ask, &bytes[..]),
                _ => (ask.header("Range", format!("bytes={middle}-")), &bytes[middle..]),
            };
            if let Some(reply) = self.once(&ask) {
                assert!(matches!(reply.status, 200 | 206), "{reply}");
                assert!(reply.body == expected, "wrong bytes of {digest}");
                self.whole.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Sends it until it is answered by something else than 503.
    fn until_done(&self, ask: &Ask) -> Reply {
        let begun = Instant::now();
        loop {
            if let Some(reply) = self.once(ask) {
                return reply;
            }
            assert!(begun.elapsed() < 4 * PATIENCE, "{} {} is never answered", ask.method, ask.target);
        }
    }

    /// The answer, unless it is a 503 as it must be, or breaks off in its body.
    fn once(&self, ask: &Ask) -> Option<Reply> {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let _ = stream.write_all(&ask.clone().header("Connection", "close").bytes());
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        assert!(begun.elapsed() < PATIENCE, "{} {} hung", ask.method, ask.target);
        let missing = missing(&answer);
        // A reset behind an early answer to a long body may swallow it.
        let swallowed = ended.is_err() && ask.method == "PATCH";
        assert!(missing.is_some() || swallowed, "{} {} was not answered: {ended:?}", ask.method, ask.target);
        if missing != Some(0) {
            self.cut.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let reply = Reply::read(&mut &answer[..], ask.method == "HEAD").checked(ask);
        if reply.status != 503 {
            assert!(reply.status < 500, "{reply}");
            return Some(reply);
        }
        assert!(reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{reply}");
        assert_eq!(reply.codes(), ["UNAVAILABLE"], "{reply}");
        self.unavailable.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Everything that was acknowledged is there, with every byte.
    fn check(&self, house: &House) {
        for (digest, bytes) in self.blobs.lock().unwrap().iter() {
            let reply = house.get(blob(digest)).expect(200);
            assert!(reply.body == *bytes, "wrong bytes of {digest}");
        }
        let tags = self.tags.lock().unwrap();
        assert_eq!(tags.len(), WRITERS * ROUNDS);
        for (tag, manifest) in tags.iter() {
            for reference in [tag.clone(), digest(manifest)] {
                let reply = house.get(format!("/v2/{NAME}/manifests/{reference}")).expect(200);
                assert!(reply.body == *manifest, "another manifest under {reference}");
            }
        }
    }
}

fn uploads() -> String {
    format!("/v2/{NAME}/blobs/uploads/")
}

/// The first byte that an upload lacks, by the `Range` of an answer. `0-0` is said of nothing and of one byte, which no
/// upload here has.
fn end_of(reply: &Reply) -> usize {
    let (_, last) = reply.header("range").split_once('-').unwrap();
    let last: usize = last.parse().unwrap();
    if last == 0 { 0 } else { last + 1 }
}

/// How many bytes of the body are missing; nothing, when the head is.
fn missing(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(length.unwrap_or(0_usize).saturating_sub(answer.len() - end - 4))
}
