//! The registry under test: the library with memory stores, on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// A registry that ends when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl Running {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
        let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(registry_server::serve(listener, server, std::future::pending()));
        Self { address, _runtime: runtime }
    }
}
