//! Serving a server on a socket.

mod running;
mod socket;
mod streams;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto::Builder;
pub use running::{Running, spawn};
use socket::Socket;
use streams::Streams;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Server;
use crate::observe::Present;
use crate::server::Leftover;

/// Bytes of a connection's read buffer: the most that a head may have, and what 64 uploads at once multiply.
const READ_BUFFER: usize = 128 * 1024;
/// How long a connection may be without a complete head of a request. Longer than the 90 s for which clients written
/// in Go keep one, so that it is them who close it, and never in the middle of a request they have just begun.
const IDLE: Duration = Duration::from_secs(120);
/// How long to wait after the system had no more file descriptors and the like.
const BREATH: Duration = Duration::from_millis(100);

/// Serves the registry on a listener, by HTTP/1.1 and by HTTP/2 with prior knowledge (h2c), until `shutdown` is done
/// and the requests that were under way then are answered.
///
/// Every connection is a task of this call: none is left when it returns, and dropping it ends all of them.
///
/// # Errors
/// When the listener is of no use any more. Failures of single connections are nobody's concern but their clients'.
///
/// # Cancel safety
/// Dropping the future closes all connections at once. What was answered stands, and requests under way leave no
/// partial state that anybody can see.
///
/// # Panics
/// Outside a tokio runtime with its network and clock.
pub async fn serve(
    listener: TcpListener,
    server: Server,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let (drain, draining) = watch::channel(false);
    let mut connections = JoinSet::new();
    let ended = loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, server.clone(), draining.clone()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) if is_passing(&error) => {
                    tracing::warn!(%error, "cannot accept a connection now");
                    tokio::time::sleep(BREATH).await;
                }
                Err(error) => break Err(error),
            },
        }
    };
    drop(listener);
    server.drain();
    // No receiver is an empty house: nothing to wait for.
    let _ = drain.send(true);
    while connections.join_next().await.is_some() {}
    ended
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    server: Server,
    mut draining: watch::Receiver<bool>,
) {
    let _present = Present::of(server.observers());
    // Head and body leave when they are written; waiting for more costs 40 ms against clients that delay their ACK.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let leftover = Leftover::default();
    let socket = Socket::new(stream, leftover.clone());
    let builder = builder();
    let mut serving = pin!(builder.serve_connection(socket, server.on(leftover, peer)));
    let drained = async { drop(draining.wait_for(|draining| *draining).await) };
    let ended = tokio::select! {
        ended = &mut serving => Some(ended),
        () = drained => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn builder() -> Builder<Streams> {
    let mut builder = Builder::new(Streams::default());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(READ_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(IDLE / 2)
        .keep_alive_timeout(BREATH * 200)
        .max_concurrent_streams(128)
        .max_header_list_size(64 * 1024)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_send_buf_size(256 * 1024);
    builder
}

/// Whether accepting failed because of a connection that is gone already.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Whether accepting failed for want of file descriptors, buffers or memory, which come back.
fn is_passing(error: &io::Error) -> bool {
    // ENFILE, EMFILE, ENOMEM and ENOBUFS of Linux; the standard library has no names for the first two.
    error.kind() == io::ErrorKind::OutOfMemory || matches!(error.raw_os_error(), Some(23 | 24 | 12 | 105))
}
