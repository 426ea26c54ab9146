//! What observers are told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::observe::{Finished, Observer};
use registry_server::{Limits, Server};

use crate::support::{Ask, Challenge, House, digest, image, registry};

/// What is remembered of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) id: String,
    actor: Option<String>,
    pub(super) method: String,
    pub(super) handler: &'static str,
    repository: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) code: Option<&'static str>,
    pub(super) bytes: (u64, u64),
    pub(super) complete: bool,
    pub(super) remote: Option<SocketAddr>,
}

#[derive(Debug, Default)]
pub(super) struct Recorder {
    told: Mutex<Vec<Told>>,
    count: Mutex<[i64; 2]>,
}

impl Observer for Recorder {
    fn begun(&self) {
        self.count.lock().unwrap()[0] += 1;
    }

    fn finished(&self, request: &Finished<'_>) {
        assert!(request.waited <= request.duration);
        self.count.lock().unwrap()[0] -= 1;
        self.told.lock().unwrap().push(Told {
            id: request.id.to_string(),
            actor: request.actor.map(|actor| actor.as_str().to_owned()),
            method: request.method.to_string(),
            handler: request.handler,
            repository: request.repository.map(ToString::to_string),
            status: request.status.map(|status| status.as_u16()),
            code: request.code.map(registry_core::ErrorCode::as_str),
            bytes: (request.bytes_in, request.bytes_out),
            complete: request.complete,
            remote: request.remote,
        });
    }

    fn connected(&self) {
        self.count.lock().unwrap()[1] += 1;
    }

    fn disconnected(&self) {
        self.count.lock().unwrap()[1] -= 1;
    }
}

impl Recorder {
    /// What was told of the one request that is over since the last time.
    pub(super) fn one(&self) -> Told {
        for _ in 0..1000 {
            if let Some(told) = self.told.lock().unwrap().pop() {
                return told;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("nothing was told");
    }

    /// How many requests began and are not over.
    pub(super) fn under_way(&self) -> i64 {
        self.count.lock().unwrap()[0]
    }
}

pub(super) fn watched() -> (House, Arc<Recorder>) {
    watched_within(|_| {})
}

pub(super) fn watched_within(set: impl FnOnce(&mut Limits)) -> (House, Arc<Recorder>) {
    let mut limits = Limits::default();
    set(&mut limits);
    let recorder = Arc::new(Recorder::default());
    let house = House::built(|builder| {
        let builder = builder.authenticator(Arc::new(Challenge)).authorizer(Arc::new(EveryoneMay));
        builder.limits(limits).observer(Arc::clone(&recorder) as Arc<dyn Observer>)
    });
    (house, recorder)
}

#[test]
fn every_request_is_told_once_with_what_became_of_it() {
    let (house, recorder) = watched();
    let image = image("one");
    let blob = digest(&image.config);
    let size = image.config.len() as u64;
    let put = format!("/v2/a/b/blobs/uploads/?digest={blob}");
    let read = format!("/v2/a/b/blobs/{blob}");
    let error = |reply: crate::support::Reply| reply.body.len() as u64;
    let ask = Ask::new("POST", &*put).header("Authorization", "Test alice").body(&*image.config);
    house.send(&ask).expect(201);
    let told = recorder.one();
    assert!(told.remote.unwrap().ip().is_loopback());
    let rest = Told { id: String::new(), remote: None, ..told };
    let expected = Told {
        id: String::new(),
        actor: Some("alice".to_owned()),
        method: "POST".to_owned(),
        handler: "blob_upload",
        repository: Some("a/b".to_owned()),
        status: Some(201),
        code: None,
        bytes: (size, 0),
        complete: true,
        remote: None,
    };
    assert_eq!(rest, expected);
    for (method, target, handler, status, code, sent) in [
        ("GET", &*read, "blob", 200, None, Some(size)),
        ("HEAD", &*read, "blob", 200, None, Some(0)),
        ("GET", "/v2/a/b/manifests/none", "manifest", 404, Some("MANIFEST_UNKNOWN"), None),
        ("GET", "/v2/a/b/tags/list", "tags", 200, None, None),
        ("GET", "/nowhere", "none", 404, Some("UNSUPPORTED"), None),
        ("PATCH", "/v2/", "none", 405, Some("UNSUPPORTED"), None),
    ] {
        let reply = house.send(&Ask::new(method, target)).expect(status);
        let told = recorder.one();
        let told_of = (told.method.as_str(), told.handler, told.status, told.code, told.bytes, told.complete);
        let sent = sent.unwrap_or_else(|| error(reply));
        assert_eq!(told_of, (method, handler, Some(status), code, (0, sent), true), "{target}");
    }
    assert!(recorder.told.lock().unwrap().is_empty());
}

#[test]
fn connections_and_requests_that_began_are_told_to_end() {
    let (house, recorder) = watched();
    let mut connection = house.connect();
    for _ in 0..3 {
        connection.send(&Ask::new("GET", "/v2/")).expect(200);
    }
    assert_eq!(recorder.count.lock().unwrap()[1], 1);
    drop(house);
    assert_eq!(*recorder.count.lock().unwrap(), [0, 0]);
    assert_eq!(recorder.told.lock().unwrap().len(), 3);
}

#[test]
fn a_client_that_goes_away_in_the_middle_is_told_as_such() {
    let (house, recorder) = watched();
    let location = house.start("a/b");
    recorder.one();
    let mut connection = house.connect();
    let head = format!("PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
    connection.write(head.as_bytes()).unwrap();
    drop(connection);
    let told = recorder.one();
    assert_eq!((told.handler, told.bytes.0), ("blob_upload_chunk", 3));
    assert!(!told.complete || told.status == Some(400), "{told:?}");
}

#[tokio::test]
async fn an_answer_that_nobody_reads_to_its_end_is_incomplete() {
    let recorder = Arc::new(Recorder::default());
    let observer = Arc::clone(&recorder) as Arc<dyn Observer>;
    let server = Server::builder(registry(Settings::default()))
        .authorizer(Arc::new(EveryoneMay))
        .observer(observer)
        .build();
    let ask = || Request::get("/v2/_catalog").extension(SocketAddr::from(([192, 0, 2, 1], 7)));
    for whole in [true, false] {
        let request = ask().body(Full::<bytes::Bytes>::default()).unwrap();
        let response = server.handle(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(recorder.told.lock().unwrap().is_empty(), "it is not over yet");
        let body = response.into_body();
        let len = if whole {
            body.collect().await.unwrap().to_bytes().len()
        } else {
            drop(body);
            0
        };
        let told = recorder.told.lock().unwrap().pop().unwrap();
        assert_eq!((told.complete, told.bytes.1), (whole, len as u64));
        assert_eq!(told.remote.unwrap().port(), 7);
    }
}
