//! Stores that fail: what clients are told, and what they are not.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::Request;
use http_body_util::{BodyExt, Full};
use registry_auth::EveryoneMay;
use registry_core::{Page, PageRequest};
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::{Appended, BodyStream, Durability, MemoryBlobStore};
use registry_storage::metadata::MemoryMetadataStore;
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

use crate::support::{Ask, House, Reply, digest};

/// How the store fails now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Full,
    Away,
    Broken,
    Gone,
    Shrunk,
    /// The first chunk of a read comes, and then an error.
    Breaks,
    /// A read yields an error at once.
    BreaksAtOnce,
    /// A read ends before its time.
    Short,
}

/// A store in memory that fails on demand.
#[derive(Debug)]
struct Faulty {
    inner: MemoryBlobStore,
    fault: Arc<Mutex<Fault>>,
}

const SECRET: &str = "/srv/secret/path on 10.0.0.1";

impl Faulty {
    fn now(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    fn check(&self) -> Result<()> {
        match self.now() {
            Fault::Full => Err(Error::Full { source: SECRET.into() }),
            Fault::Away => {
                let retry_after = Some(std::time::Duration::from_secs(7));
                Err(Error::Unavailable { retry_after, source: SECRET.into() })
            }
            Fault::Broken => Err(Error::Internal { context: "open", source: SECRET.into() }),
            Fault::Gone => Err(Error::NotFound { what: "location" }),
            Fault::Shrunk => Err(Error::Corrupt { reason: SECRET.to_owned() }),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl BlobStore for Faulty {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        self.check()?;
        self.inner.begin(size_hint).await
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        self.check()?;
        self.inner.append(token, offset, body, durability).await
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        self.check()?;
        self.inner.commit(token, size).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.inner.abort(token).await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        self.check()?;
        let len = range.end - range.start;
        let half = Bytes::from(vec![7; usize::try_from(len / 2).unwrap()]);
        let error = || Err(Error::Corrupt { reason: SECRET.to_owned() });
        match self.now() {
            Fault::Breaks => Ok(BlobRead::new(len, stream::iter([Ok(half), error()]))),
            Fault::BreaksAtOnce => Ok(BlobRead::new(len, stream::iter([error()]))),
            Fault::Short => Ok(BlobRead::new(len, stream::iter([Ok(half)]))),
            _ => self.inner.read(location, size, range).await,
        }
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.check()?;
        self.inner.probe(location, size).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.inner.delete(location).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        self.inner.list(page).await
    }
}

fn faulty() -> (House, Arc<Mutex<Fault>>) {
    let fault = Arc::new(Mutex::new(Fault::None));
    let blobs = Faulty { inner: MemoryBlobStore::new(), fault: Arc::clone(&fault) };
    let registry = Registry::new(Arc::new(blobs), Arc::new(MemoryMetadataStore::new()));
    (House::of(Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build()), fault)
}

fn silent(reply: &Reply) {
    let text = reply.to_string();
    assert!(!text.contains("secret") && !text.contains("10.0.0.1") && !text.contains("open"), "{text}");
}

#[test]
fn the_reason_stays_inside_and_the_status_tells_what_to_do() {
    let (house, fault) = faulty();
    let bytes = vec![7; 100_000];
    let own = house.push_blob("a/b", &bytes);
    let target = format!("/v2/a/b/blobs/{own}");
    let location = house.start("a/b");
    let put = format!("/v2/a/b/blobs/uploads/?digest={}", digest(b"new"));
    let asks = [
        Ask::new("GET", &*target),
        Ask::new("PATCH", &*location).body("new"),
        Ask::new("PUT", format!("{location}?digest={}", digest(b"new"))).body("new"),
        Ask::new("POST", &*put).body("new"),
    ];
    for (kind, status, code) in [
        (Fault::Full, 507, "UNAVAILABLE"),
        (Fault::Away, 503, "UNAVAILABLE"),
        (Fault::Broken, 500, "UNKNOWN"),
    ] {
        *fault.lock().unwrap() = kind;
        for ask in &asks {
            let reply = house.send(ask);
            silent(&reply);
            let reply = reply.refused(status, code);
            assert_eq!(reply.get("retry-after"), (kind == Fault::Away).then_some("7"));
        }
        house.head(&*target).expect(status);
    }
    *fault.lock().unwrap() = Fault::None;
    assert_eq!(house.get(&*target).expect(200).body, bytes);
    house.put(format!("{location}?digest={}", digest(b"new")), "new").expect(201);
}

#[test]
fn what_cannot_be_served_whole_is_absent_and_a_push_heals_it() {
    let (house, fault) = faulty();
    let bytes = vec![7; 100_000];
    let target = format!("/v2/a/b/blobs/{}", house.push_blob("a/b", &bytes));
    for kind in [Fault::Gone, Fault::Shrunk] {
        *fault.lock().unwrap() = kind;
        let reply = house.parity(&Ask::new("GET", &*target)).refused(404, "BLOB_UNKNOWN");
        silent(&reply);
        let ranged = house.send(&Ask::new("GET", &*target).header("Range", "bytes=5-9"));
        ranged.refused(404, "BLOB_UNKNOWN");
    }
    *fault.lock().unwrap() = Fault::BreaksAtOnce;
    house.get(&*target).refused(404, "BLOB_UNKNOWN");
    *fault.lock().unwrap() = Fault::None;
    house.push_blob("a/b", &bytes);
    assert_eq!(house.get(&*target).expect(200).body, bytes);
}

#[test]
fn r30_a_body_that_breaks_ends_the_connection_short_of_its_length() {
    let (house, fault) = faulty();
    let target = format!("/v2/a/b/blobs/{}", house.push_blob("a/b", &vec![7; 1_000_000]));
    for kind in [Fault::Breaks, Fault::Short] {
        for range in [None, Some("bytes=0-899999"), Some("bytes=0-399999,500000-899999")] {
            *fault.lock().unwrap() = kind;
            let mut ask = Ask::new("GET", &*target);
            ask.headers.extend(range.map(|range| ("Range".to_owned(), range.to_owned())));
            let mut connection = house.connect();
            connection.write(&ask.bytes()).unwrap();
            let mut received = Vec::new();
            // An error while reading is an end, too.
            let _ = std::io::Read::read_to_end(connection.stream(), &mut received);
            let head = received.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
            let text = String::from_utf8_lossy(&received[..head]).into_owned();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let body = received.len() - head - 4;
            assert!(body < length.parse::<usize>().unwrap(), "{body} of {length} bytes");
            assert!(text.starts_with("HTTP/1.1 20"), "{text}");
        }
        *fault.lock().unwrap() = Fault::None;
        house.get(&*target).expect(200);
    }
}

#[test]
fn small_blobs_that_break_are_never_answered_short() {
    let (house, fault) = faulty();
    let target = format!("/v2/a/b/blobs/{}", house.push_blob("a/b", &[7; 1000]));
    *fault.lock().unwrap() = Fault::Breaks;
    house.get(&*target).refused(404, "BLOB_UNKNOWN");
}

#[test]
fn r30_a_body_that_breaks_ends_its_http2_stream_with_an_error() {
    let (house, fault) = faulty();
    let target = format!("http://x/v2/a/b/blobs/{}", house.push_blob("a/b", &vec![7; 1_000_000]));
    for kind in [Fault::Breaks, Fault::Short] {
        *fault.lock().unwrap() = kind;
        house.runtime().block_on(async {
            let mut sender = super::h2c::connect(&house).await;
            let request = Request::get(&*target).body(Full::new(Bytes::new())).unwrap();
            // The reset may overtake the head.
            if let Ok(response) = sender.send_request(request).await {
                assert_eq!(response.status(), 200);
                assert!(response.into_body().collect().await.is_err(), "{kind:?}");
            }
            // The connection lives on.
            let request = Request::get("http://x/v2/").body(Full::new(Bytes::new())).unwrap();
            assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
        });
    }
}
