//! Serving an admin service on a socket.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Admin;

/// The most connections at a time; more wait in the queue of the listener.
const CONNECTIONS: usize = 64;
/// How long a connection may be without a complete head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long one connection may last, so that none takes a place for good.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long to wait after accepting failed.
const BREATH: Duration = Duration::from_millis(100);

/// Serves an admin service on a listener, by HTTP/1.1, until `shutdown` is done; connections end with it.
///
/// It is meant to go on while the [`Server`](crate::Server) drains, so that `/readyz` says so.
///
/// # Errors
/// None so far: a listener that fails is tried again. The type leaves room.
///
/// # Cancel safety
/// Dropping the future closes all connections at once.
///
/// # Panics
/// Outside a tokio runtime with its network and clock.
pub async fn serve_admin(
    listener: TcpListener,
    admin: Admin,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => return Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    let connection = connection(stream, admin.clone());
                    connections.spawn(tokio::time::timeout(LIFETIME, connection));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection on the admin address now");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
}

async fn connection(stream: TcpStream, admin: Admin) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), admin);
    if let Err(error) = serving.await {
        tracing::debug!(%error, "a connection to the admin address ended early");
    }
}
