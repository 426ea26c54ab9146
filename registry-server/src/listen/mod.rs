//! Serving a server on a socket.

mod automatic;
mod beginning;
mod below;
mod census;
mod head;
mod running;
mod socket;
mod streams;
mod turn_away;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use below::Below;
use census::{Census, Counted};
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto::Builder;
use registry_engine::BoxError;
pub use running::{Running, spawn};
use socket::Socket;
use streams::Streams;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use turn_away::{Door, say, turn_away};

use crate::observe::{Observer, Present};
use crate::patience::Demand;
use crate::server::Line;
use crate::{Limits, Server};

/// Bytes of a connection's read buffer, unless heads may be larger: what 64 uploads at once multiply.
const READ_BUFFER: usize = 128 * 1024;
/// Room in the read buffer for what hyper counts to a head and we do not.
const SLACK: usize = 16 * 1024;
/// How much of an answer may lie in the system unsent: a client that takes a kilobyte a second empties half of it within
/// the minute that a body may rest.
const UNSENT: u32 = 64 * 1024;
/// How many streams of an HTTP/2 connection a client may reset before they were looked at (CVE-2023-44487). After
/// more, the connection ends.
const RESETS: usize = 32;
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
    let (census, door) = (Census::default(), Door::new());
    let mut connections = JoinSet::new();
    let ended = loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    match census.admit(peer.ip(), &server.limits()) {
                        Ok(counted) => drop(connections.spawn(connection(
                            (stream, peer),
                            server.clone(),
                            draining.clone(),
                            counted,
                        ))),
                        Err(full) => {
                            server.observers().limited(full.limit());
                            let below = Below::new(server.observers().clone(), peer);
                            let answer = below.answer(full.into(), false, Duration::ZERO);
                            match door.place() {
                                Some(place) => drop(connections.spawn(turn_away(stream, answer, place))),
                                None => say(stream, &answer),
                            }
                        }
                    }
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
    (stream, peer): (TcpStream, SocketAddr),
    server: Server,
    mut draining: watch::Receiver<bool>,
    _counted: Counted,
) {
    let _present = Present::of(server.observers());
    // Head and body leave when they are written; waiting for more costs 40 ms against clients that delay their ACK.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    limit_unsent(&stream);
    let line = Line::new();
    // A connection keeps the limits that it began with, and each request on it has those of its time.
    let limits = server.limits();
    let below = Below::new(server.observers().clone(), peer);
    let socket = Socket::new(stream, line.clone(), below, &limits);
    let builder = builder(&limits);
    let mut serving = pin!(builder.serve_connection(socket, server.on(line.clone(), peer)));
    let drained = async { drop(draining.wait_for(|draining| *draining).await) };
    let patience = tokio::select! {
        ended = &mut serving => return ended_early(ended),
        () = drained => None,
        () = line.retired() => None,
        // What is left is the farewell, in which the client may have a part.
        () = line.idle(limits.idle_timeout) => Some(limits.header_timeout),
    };
    serving.as_mut().graceful_shutdown();
    match patience {
        None => ended_early(serving.await),
        Some(patience) => drop(tokio::time::timeout(patience, serving).await),
    }
}

fn ended_early(ended: Result<(), BoxError>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn builder(limits: &Limits) -> Builder<Streams> {
    let mut builder = Builder::new(Streams::new(Demand::from(limits)));
    // The socket watches over heads: here the time would begin before the first byte. A client that has said all it
    // wants to say may end its side, and still waits for the answer.
    builder
        .http1()
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(READ_BUFFER.max(limits.head_bytes.saturating_add(SLACK)));
    // What is a little too large is refused by us, with a body, and what is more than that by hyper, without.
    let head_bytes = u32::try_from(limits.head_bytes.saturating_mul(2)).unwrap_or(u32::MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle_timeout / 2)
        .keep_alive_timeout(BREATH * 200)
        .max_concurrent_streams(128)
        .max_header_list_size(head_bytes)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS * 4)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_send_buf_size(256 * 1024);
    builder
}

/// Lets the system take only so much of an answer as a slow reader is seen to go on with: it calls a full buffer writable
/// again when a large part of it has left, and that may take a slow reader longer than a body may rest.
#[cfg(target_os = "linux")]
fn limit_unsent(stream: &TcpStream) {
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT) {
        tracing::debug!(%error, "cannot set TCP_NOTSENT_LOWAT");
    }
}

#[cfg(not(target_os = "linux"))]
const fn limit_unsent(_: &TcpStream) {}

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
