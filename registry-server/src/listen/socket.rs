//! A TCP connection that is closed without cutting off the last answer, and that waits for nobody forever.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::automatic;
use super::beginning::Beginning;
use super::below::Below;
use super::head::HeadWatch;
use crate::Limits;
use crate::error::Refusal;
use crate::patience::{Demand, Patience};
use crate::server::Line;

/// How long a client may go on sending what nobody wants any more.
const LINGER: Duration = Duration::from_secs(2);
/// How much of it is read.
const LINGER_BYTES: usize = 16 << 20;

/// How much of a head is read at once: most are smaller.
const PIECE: usize = 4096;

/// How the first line of HTTP/2 begins, and of no request by HTTP/1.1.
const PREFACE: &[u8] = b"PRI";

/// A TCP connection for hyper.
///
/// A request can be refused while its body is still being sent. To close the connection with bytes unread would make
/// the system answer the next of them with a reset, and a reset takes away the answer that the client has not read yet.
/// So what is still to come is read and thrown away, for a short time.
///
/// A client that does not take its answer, or does not come to the end of a head, is given up after a while. Answers
/// that hyper gives by itself get a body.
pub(super) struct Socket {
    stream: TokioIo<TcpStream>,
    line: Line,
    farewell: Option<Farewell>,
    patience: Patience,
    watch: HeadWatch,
    below: Below,
    beginning: Beginning,
    /// Whether a head that cannot be read was answered, after which nothing is.
    is_answered: bool,
    instead: Option<Instead>,
}

/// The end of a connection.
struct Farewell {
    until: Option<Pin<Box<Sleep>>>,
    left: usize,
}

/// Bytes that are sent in place of others.
struct Instead {
    bytes: Vec<u8>,
    sent: usize,
}

impl Socket {
    /// A connection; `line` is what the server says about it, and `below` answers where the server does not.
    pub(super) fn new(stream: TcpStream, line: Line, below: Below, limits: &Limits) -> Self {
        Self {
            stream: TokioIo::new(stream),
            watch: HeadWatch::new(line.clone(), limits.header_timeout),
            line,
            farewell: None,
            patience: Patience::new(Demand::from(limits)),
            below,
            beginning: Beginning::default(),
            is_answered: false,
            instead: None,
        }
    }

    /// What became of a write: one that makes too little progress for too long fails.
    fn patient(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match poll {
            Poll::Ready(result) => {
                self.patience.moved(result.as_ref().map_or(0, |bytes| *bytes as u64));
                Poll::Ready(result)
            }
            Poll::Pending if self.patience.is_lost(context) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client does not take its answer",
            ))),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Sends what is to be sent in place of `len` bytes.
    fn send_instead(
        &mut self,
        context: &mut Context<'_>,
        mut instead: Instead,
        len: usize,
    ) -> Poll<io::Result<usize>> {
        while instead.sent < instead.bytes.len() {
            let poll = Pin::new(&mut self.stream).poll_write(context, &instead.bytes[instead.sent..]);
            match self.patient(context, poll) {
                Poll::Ready(Ok(sent @ 1..)) => instead.sent += sent,
                Poll::Pending => {
                    self.instead = Some(instead);
                    return Poll::Pending;
                }
                ended => return ended,
            }
        }
        Poll::Ready(Ok(len))
    }

    /// Reads a part of a head, by way of a buffer in which it can be seen.
    fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.watch.since().is_none() {
            self.beginning = Beginning::default();
        }
        let mut scratch = [const { MaybeUninit::uninit() }; PIECE];
        let mut piece = ReadBuf::uninit(&mut scratch[..buffer.remaining().min(PIECE)]);
        let room = piece.remaining() > 0;
        let read = Pin::new(self.stream.inner_mut()).poll_read(context, &mut piece);
        match read {
            Poll::Ready(Ok(())) if room && piece.filled().is_empty() => self.cut_off(context),
            Poll::Ready(Ok(())) => {
                self.beginning.push(piece.filled());
                buffer.put_slice(piece.filled());
                self.watch.received();
                if self.line.requests() == 0 && self.beginning.starts_with(PREFACE) {
                    self.watch.expect_frames();
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => return self.poll_overdue(context),
        }
        read
    }

    /// The client has ended its side. In the middle of a head that is a mistake, and it may still listen.
    fn cut_off(&mut self, context: &mut Context<'_>) {
        if let Some(since) = self.watch.since().filter(|_| !self.beginning.is_blank() && !self.is_answered) {
            self.refuse(context, Refusal::bad_head(StatusCode::BAD_REQUEST), since);
        }
    }

    /// What to do when nothing has come: wait, or make an end.
    fn poll_overdue(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.watch.is_overdue(context) {
            return Poll::Pending;
        }
        let since = self.watch.since().unwrap_or_default();
        self.refuse(context, Refusal::slow_head(), since);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request is too slow")))
    }

    /// Answers a head that will not be read, whether there is somebody to read the answer or not.
    fn refuse(&mut self, context: &mut Context<'_>, refusal: Refusal, since: Duration) {
        self.is_answered = true;
        let bytes = self.below.answer(refusal, self.beginning.is_of_head(), since);
        let _ = Pin::new(&mut self.stream).poll_write(context, &bytes);
    }

    /// What to send in place of these bytes, where they are an answer of hyper.
    fn instead_of(&mut self, bytes: &[u8]) -> Option<Instead> {
        if let Some(begun) = self.instead.take() {
            return Some(begun);
        }
        let status = automatic::status(bytes)?;
        self.is_answered = true;
        let since = self.watch.since().unwrap_or_default();
        let bytes = self.below.answer(Refusal::bad_head(status), self.beginning.is_of_head(), since);
        Some(Instead { bytes, sent: 0 })
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.watch.is_in_head() {
            return self.poll_head(context, &mut buffer);
        }
        // The next head may come with it.
        self.beginning.forget();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                self.watch.received();
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_overdue(context),
        }
    }
}

impl Write for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(instead) = self.instead_of(bytes) {
            return self.send_instead(context, instead, bytes.len());
        }
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patient(context, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, farewell, line, .. } = &mut *self;
        if farewell.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
        }
        let farewell = farewell.get_or_insert(Farewell { until: None, left: LINGER_BYTES });
        let mut scratch = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(stream.inner_mut()).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    line.note_leftover();
                    match farewell.left.checked_sub(buffer.filled().len()) {
                        Some(left) => farewell.left = left,
                        None => return Poll::Ready(Ok(())),
                    }
                }
                // A client that is gone has read what it wanted to.
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                // Nobody is in the middle of sending something: there is nothing to wait for.
                Poll::Pending if !line.has_leftover() => return Poll::Ready(Ok(())),
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
        if let [only] = slices
            && let Some(instead) = self.instead_of(only)
        {
            return self.send_instead(context, instead, only.len());
        }
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
    use crate::observe::Observers;

    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let below = Below::new(Observers::default(), peer);
        (Socket::new(stream, Line::new(), below, &Limits::default()), client)
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
                socket.line.note_leftover();
            }
            let before = Instant::now();
            poll_fn(|context| Pin::new(&mut socket).poll_shutdown(context)).await.unwrap();
            assert!((waited..=waited + Duration::from_millis(100)).contains(&before.elapsed()), "{noted}");
        }
    }
}
