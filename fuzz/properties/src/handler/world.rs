//! A registry in memory with one image in it, and a server in front of it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use registry_auth::EveryoneMay;
use registry_core::{Digest, MediaType, PageRequest};
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::{MemoryMetadataStore, UploadIndex};

use super::answer::Answer;
use super::script::{Ask, Body, framed};

/// The registry, and what a script may refer to.
#[derive(Debug)]
pub(crate) struct World {
    registry: Registry,
    metadata: Arc<MemoryMetadataStore>,
    server: Server,
    /// The digest of `{}`, which is a blob of `a/b`.
    pub(crate) blob: Digest,
    /// The manifest `a/b:latest`.
    pub(crate) manifest: Digest,
    upload: Option<String>,
}

/// What can be seen to change: everything that happened, and each upload as it is.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    events: usize,
    uploads: Vec<(String, u64, String)>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut world = Self::empty();
        let post = format!("/v2/a/b/blobs/uploads/?digest={}", world.blob);
        let pushed = world.ask(Method::POST, &post, &[], "{}").await;
        assert_eq!(pushed.status, StatusCode::CREATED);
        let (oci, empty) = (MediaType::OCI_MANIFEST, MediaType::OCI_EMPTY);
        let descriptor = format!(r#"{{"mediaType":"{empty}","digest":"{}","size":2}}"#, world.blob);
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"{oci}","config":{descriptor},"layers":[{descriptor}]}}"#
        );
        world.manifest = Digest::sha256_of(manifest.as_bytes());
        let pushed = world.ask(Method::PUT, "/v2/a/b/manifests/latest", &[], &manifest).await;
        assert_eq!(pushed.status, StatusCode::CREATED);
        world
    }

    /// A registry with nothing in it.
    pub(crate) fn empty() -> Self {
        let metadata = Arc::new(MemoryMetadataStore::new());
        let registry =
            Registry::new(Arc::new(MemoryBlobStore::new()), Arc::<MemoryMetadataStore>::clone(&metadata));
        let server = server(&registry);
        let blob = Digest::sha256_of(b"{}");
        Self { registry, metadata, server, blob, manifest: blob, upload: None }
    }

    /// The server alone.
    pub(crate) fn into_server(self) -> Server {
        self.server
    }

    /// Where the newest upload goes on; a place that is none before there is one.
    pub(crate) fn upload(&self) -> &str {
        self.upload.as_deref().unwrap_or("/v2/a/b/blobs/uploads/00000000000000000000000000000000")
    }

    /// Sends a request that is known to be one.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        target: &str,
        headers: &[(&str, String)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let body = framed(Bytes::copy_from_slice(body.as_bytes()), false, false);
        self.send(request.body(body).expect("a request")).await
    }

    /// Sends a request, and reads the response to its end.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let (starts, reads) = (request.method() == Method::POST, request.method() == Method::GET);
        let about = format!("{} {}", request.method(), request.uri());
        let answered = tokio::time::timeout(PATIENCE, self.server.handle(request)).await;
        let (head, body) = answered.unwrap_or_else(|_| panic!("{about} is never answered")).into_parts();
        if body.size_hint().exact().is_none() {
            // What goes on with the log ends when the server is about to stop.
            self.server.drain();
            self.server = server(&self.registry);
        }
        let body = tokio::time::timeout(PATIENCE, body.collect()).await;
        let body = body.unwrap_or_else(|_| panic!("the answer to {about} never ends"));
        let body =
            body.unwrap_or_else(|error| panic!("the answer to {about} breaks off: {error}")).to_bytes();
        let answer = Answer { status: head.status, headers: head.headers, body, reads };
        if starts && answer.status == StatusCode::ACCEPTED {
            self.upload = answer.header("location").map(str::to_owned);
        }
        answer
    }

    /// What can be seen now.
    pub(crate) async fn seen(&self) -> Seen {
        let events = self.registry.events(0, usize::MAX).await.expect("memory does not fail").len();
        let uploads = self.metadata.uploads(&PageRequest::first(1000)).await.expect("memory does not fail");
        let upload = |record: registry_storage::metadata::UploadRecord| {
            (record.id.to_string(), record.offset, record.repository.to_string())
        };
        Seen { events, uploads: uploads.items.into_iter().map(upload).collect() }
    }
}

/// Far more than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

impl Seen {
    /// Whether this may become `after` although the request was refused.
    ///
    /// Two refusals leave a mark, both told in the docs of the engine: of a chunk that breaks off, what came is kept;
    /// and an upload that is closed with a wrong digest of another algorithm than its own is ended.
    pub(crate) fn allows(&self, after: &Self, ask: &Ask, answer: &Answer) -> bool {
        if self == after {
            return true;
        }
        let codes = answer.codes();
        let kept = ask.breaks && codes == ["BLOB_UPLOAD_INVALID"];
        let ended = codes == ["DIGEST_INVALID"];
        let same = |(id, ..): &&(String, u64, String)| after.uploads.iter().any(|(other, ..)| other == id);
        let remaining = self.uploads.iter().filter(same).count();
        let only_uploads = self.events == after.events && remaining == after.uploads.len();
        only_uploads
            && (kept && remaining == self.uploads.len() || ended && remaining + 1 == self.uploads.len())
    }
}

fn server(registry: &Registry) -> Server {
    Server::builder(registry.clone()).authorizer(Arc::new(EveryoneMay)).build()
}

/// Runs a future on a runtime that this thread keeps.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
