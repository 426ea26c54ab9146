//! A registry on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::{Registry, Settings};
use registry_server::{Limits, Server};
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Ask, Connection, Image, Reply, digest};

/// A registry on a port of its own. It ends, all requests answered, when it is dropped.
pub(crate) struct House {
    runtime: Runtime,
    address: SocketAddr,
    end: Option<(oneshot::Sender<()>, JoinHandle<std::io::Result<()>>)>,
}

/// A registry in memory.
pub(crate) fn registry(settings: Settings) -> Registry {
    let (blobs, metadata) = (Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    Registry::builder(blobs, metadata).settings(settings).build()
}

impl House {
    /// Everybody may do everything, and all settings are the usual ones.
    pub(crate) fn new() -> Self {
        Self::with_settings(Settings::default())
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self::of(Server::builder(registry(settings)).authorizer(Arc::new(EveryoneMay)).build())
    }

    /// What `finish` makes of a server for a fresh registry on which nobody may do anything.
    pub(crate) fn built(
        finish: impl FnOnce(registry_server::ServerBuilder) -> registry_server::ServerBuilder,
    ) -> Self {
        Self::of(finish(Server::builder(registry(Settings::default()))).build())
    }

    /// Everybody may do everything, within limits that `set` changes.
    pub(crate) fn limited(set: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        set(&mut limits);
        Self::built(|builder| builder.authorizer(Arc::new(EveryoneMay)).limits(limits))
    }

    /// This server.
    pub(crate) fn of(server: Server) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ending) = oneshot::channel();
        let shutdown = async { drop(ending.await) };
        let serving = runtime.spawn(registry_server::serve(listener, server, shutdown));
        Self { runtime, address, end: Some((end, serving)) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Begins to end; answers what tells when it has.
    pub(crate) fn end(&mut self) -> JoinHandle<std::io::Result<()>> {
        let (end, serving) = self.end.take().unwrap();
        end.send(()).unwrap();
        serving
    }

    /// Ends it at once, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.end = None;
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::to(self.address)
    }

    /// Sends a request on a connection of its own.
    pub(crate) fn send(&self, ask: &Ask) -> Reply {
        self.connect().send(ask)
    }

    pub(crate) fn get(&self, target: impl Into<String>) -> Reply {
        self.send(&Ask::new("GET", target))
    }

    pub(crate) fn head(&self, target: impl Into<String>) -> Reply {
        self.send(&Ask::new("HEAD", target))
    }

    pub(crate) fn post(&self, target: impl Into<String>) -> Reply {
        self.send(&Ask::new("POST", target).body(""))
    }

    pub(crate) fn put(&self, target: impl Into<String>, body: impl Into<Vec<u8>>) -> Reply {
        self.send(&Ask::new("PUT", target).body(body))
    }

    pub(crate) fn delete(&self, target: impl Into<String>) -> Reply {
        self.send(&Ask::new("DELETE", target))
    }

    /// A `GET` and a `HEAD` of the same, which must agree in status and headers. Answers the `GET`.
    pub(crate) fn parity(&self, ask: &Ask) -> Reply {
        assert_eq!(ask.method, "GET");
        let get = self.send(ask);
        let head = self.send(&Ask { method: "HEAD".to_owned(), ..ask.clone() });
        assert_eq!(head.status, get.status, "{head}");
        assert_eq!(head.lasting_headers(), get.lasting_headers(), "{head}");
        assert!(head.body.is_empty());
        get
    }

    /// Pushes a blob in one request and answers its digest.
    pub(crate) fn push_blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let target = format!("/v2/{name}/blobs/uploads/?digest={digest}");
        self.send(&Ask::new("POST", target).body(bytes)).expect(201);
        digest
    }

    /// Begins an upload and answers its location.
    pub(crate) fn start(&self, name: &str) -> String {
        self.post(format!("/v2/{name}/blobs/uploads/")).expect(202).header("location").to_owned()
    }

    /// Pushes a manifest with its media type.
    pub(crate) fn push_manifest(&self, name: &str, reference: &str, media_type: &str, bytes: &[u8]) -> Reply {
        let target = format!("/v2/{name}/manifests/{reference}");
        self.send(&Ask::new("PUT", target).header("Content-Type", media_type).body(bytes))
    }

    /// Pushes an image with its blobs and answers the digest of its manifest.
    pub(crate) fn push_image(&self, name: &str, reference: &str, image: &Image) -> String {
        self.push_blob(name, &image.config);
        for layer in &image.layers {
            self.push_blob(name, layer);
        }
        let reply = self.push_manifest(name, reference, image.media_type, &image.manifest).expect(201);
        reply.header("docker-content-digest").to_owned()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if self.end.is_some() {
            let serving = self.end();
            // Whoever fails has said so already.
            if !std::thread::panicking() {
                self.runtime.block_on(serving).unwrap().unwrap();
            }
        }
    }
}
