//! A server beside the program that started it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::serve;
use crate::Server;

/// Serves the registry on a free port of the loopback interface, in a task that belongs to what is returned.
///
/// This is for tests and programs that want a registry of their own for a while.
///
/// ```
/// use std::sync::Arc;
///
/// use registry_auth::EveryoneMay;
/// use registry_engine::Registry;
/// use registry_server::Server;
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::metadata::MemoryMetadataStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
/// let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
/// let running = registry_server::spawn(server).await?;
/// println!("docker push {}/hello:latest", running.address());
/// running.stop().await
/// # }
/// ```
///
/// # Errors
/// When no port can be listened on.
///
/// # Panics
/// Outside a tokio runtime with its network and clock.
///
/// # Cancel safety
/// Dropping the future leaves nothing behind.
pub async fn spawn(server: Server) -> io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let mut task = JoinSet::new();
    task.spawn(serve(listener, server, async { drop(stopped.await) }));
    Ok(Running { address, stop, task })
}

/// A server that was [spawned](spawn). Dropping it ends the server at once; [`stop`](Self::stop) lets it answer what is
/// under way.
#[derive(Debug)]
#[must_use = "dropping it ends the server"]
pub struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinSet<io::Result<()>>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the server once the requests that are under way are answered.
    ///
    /// # Errors
    /// When the server ended before because its listener failed.
    ///
    /// # Cancel safety
    /// Dropping the future ends the server at once.
    pub async fn stop(mut self) -> io::Result<()> {
        drop(self.stop);
        match self.task.join_next().await {
            Some(Ok(ended)) => ended,
            Some(Err(error)) => Err(io::Error::other(error)),
            None => Ok(()),
        }
    }
}
