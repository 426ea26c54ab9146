//! The real registry, in memory and on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A registry without faults. It ends when it is dropped.
pub(crate) struct Own {
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Own {
    pub(crate) async fn start() -> Self {
        let (blobs, metadata) = (Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
        let registry = Registry::builder(blobs, metadata).build();
        let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(registry_server::serve(listener, server, std::future::pending()));
        Self { address, serving }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
