//! A TCP connection that is closed without cutting off the last answer, and that waits for nobody forever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::patience::Patience;
use crate::server::Leftover;

/// How long a client may go on sending what nobody wants any more.
const LINGER: Duration = Duration::from_secs(2);
/// How much of it is read.
const LINGER_BYTES: usize = 16 << 20;

/// A TCP connection for hyper.
///
/// A request can be refused while its body is still being sent. To close the connection with bytes unread would make
/// the system answer the next of them with a reset, and a reset takes away the answer that the client has not read yet.
/// So what is still to come is read and thrown away, for a short time.
///
/// A client that does not take its answer is given up after a while.
pub(super) struct Socket {
    stream: TokioIo<TcpStream>,
    leftover: Leftover,
    farewell: Option<Farewell>,
    patience: Patience,
}

/// The end of a connection.
struct Farewell {
    until: Option<Pin<Box<Sleep>>>,
    left: usize,
}

impl Socket {
    /// A connection; `leftover` tells at its end whether a body was left unread.
    pub(super) fn new(stream: TcpStream, leftover: Leftover) -> Self {
        Self { stream: TokioIo::new(stream), leftover, farewell: None, patience: Patience::default() }
    }

    /// What became of a write: one that makes no progress for too long fails.
    fn patient<T>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match poll {
            Poll::Ready(result) => {
                self.patience.renew();
                Poll::Ready(result)
            }
            Poll::Pending if self.patience.is_lost(context) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client does not take its answer",
            ))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patient(context, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, farewell, leftover, .. } = &mut *self;
        if farewell.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
        }
        let farewell = farewell.get_or_insert(Farewell { until: None, left: LINGER_BYTES });
        let mut scratch = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(stream.inner_mut()).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    leftover.note();
                    match farewell.left.checked_sub(buffer.filled().len()) {
                        Some(left) => farewell.left = left,
                        None => return Poll::Ready(Ok(())),
                    }
                }
                // A client that is gone has read what it wanted to.
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                // Nobody is in the middle of sending something: there is nothing to wait for.
                Poll::Pending if !leftover.is_noted() => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    let until = farewell.until.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
                    return until.as_mut().poll(context).map(Ok);
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.patient(context, poll)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Socket::new(listener.accept().await.unwrap().0, Leftover::default()), client)
    }

    // The clock stands still while there is something to do, and jumps ahead when there is not.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_take_its_answer_is_given_up() {
        let (mut socket, _client) = pair().await;
        let chunk = vec![0; 1 << 20];
        let error = loop {
            if let Err(error) = poll_fn(|context| Pin::new(&mut socket).poll_write(context, &chunk)).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_only_a_client_that_may_still_be_sending_is_waited_for() {
        for (noted, waited) in [(false, Duration::ZERO), (true, LINGER)] {
            let (mut socket, _client) = pair().await;
            if noted {
                socket.leftover.note();
            }
            let before = Instant::now();
            poll_fn(|context| Pin::new(&mut socket).poll_shutdown(context)).await.unwrap();
            assert!((waited..=waited + Duration::from_millis(100)).contains(&before.elapsed()), "{noted}");
        }
    }
}
