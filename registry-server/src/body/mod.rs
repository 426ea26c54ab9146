//! Bodies: what is sent, and what is received.

mod multipart;
mod payload;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use registry_engine::BoxError;

pub(crate) use multipart::Multipart;
pub(crate) use payload::Payload;

use crate::admission::Place;
use crate::observe::Exchange;
use crate::patience::Pace;
use crate::server::Busy;

/// The body of a response.
///
/// The length of content is always known beforehand ([`size_hint`](http_body::Body::size_hint) is exact), so it is never
/// chunked. It is sent as it is read; when reading fails in the middle, the body ends with an error and the connection
/// with it, so that nobody takes a part for the whole. Only what is followed while it happens, such as the log of
/// events, has a body without a length.
///
/// # Cancel safety
/// Dropping it at any point ends the read and changes nothing.
pub struct Body {
    inner: Inner,
    /// How many bytes were taken.
    sent: u64,
    /// Whether it ended before its end.
    failed: bool,
    /// The request that this is the answer to.
    exchange: Option<Box<Exchange>>,
    /// How fast the client takes it, where the connection does not tell.
    pace: Option<Arc<Pace>>,
    /// What it takes up until it is sent or dropped.
    holds: (Option<Busy>, Option<Place>),
}

/// How much of what is in memory is handed out at a time, so that a body is there until most of it is sent.
const PIECE: usize = 64 * 1024;

enum Inner {
    /// Bytes in memory; taken piece by piece.
    Full(Bytes),
    /// This many bytes that are still to come from a stream.
    Stream { remaining: u64, chunks: Chunks },
    /// Bytes that come until the stream ends.
    Open(Chunks),
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

impl Body {
    const fn new(inner: Inner) -> Self {
        Self { inner, sent: 0, failed: false, exchange: None, pace: None, holds: (None, None) }
    }

    /// No bytes.
    pub(crate) const fn empty() -> Self {
        Self::full(Bytes::new())
    }

    /// These bytes.
    pub(crate) const fn full(bytes: Bytes) -> Self {
        Self::new(Inner::Full(bytes))
    }

    /// The same body; the request that it answers is over when it is dropped.
    pub(crate) fn of(mut self, exchange: Exchange) -> Self {
        self.exchange = Some(Box::new(exchange));
        self
    }

    /// The same body, which takes these up until it is sent or dropped, and tells how fast it is taken.
    pub(crate) fn taking_up(mut self, busy: Option<Busy>, place: Option<Place>) -> Self {
        self.holds = (busy, place);
        self.pace = Pace::current();
        self
    }

    /// Whether it is so large that it is not sent in one go.
    pub(crate) const fn is_large(&self) -> bool {
        matches!(self.len(), Some(len) if len > PIECE as u64)
    }

    /// `len` bytes that the stream yields: fewer or more are an error.
    pub(crate) fn stream(
        len: u64,
        chunks: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        Self::new(Inner::Stream { remaining: len, chunks: Box::pin(chunks) })
    }

    /// Whatever the stream yields, for as long as it does.
    pub(crate) fn open(chunks: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static) -> Self {
        Self::new(Inner::Open(Box::pin(chunks)))
    }

    /// How many bytes are still to come, where that is known.
    pub(crate) const fn len(&self) -> Option<u64> {
        match &self.inner {
            Inner::Full(bytes) => Some(bytes.len() as u64),
            Inner::Stream { remaining, .. } => Some(*remaining),
            Inner::Open(_) => None,
        }
    }
}

impl Body {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let (remaining, chunks) = match &mut self.inner {
            Inner::Full(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Inner::Full(bytes) => return Poll::Ready(Some(Ok(bytes.split_to(bytes.len().min(PIECE))))),
            Inner::Stream { remaining: 0, .. } => return Poll::Ready(None),
            Inner::Stream { remaining, chunks } => (remaining, chunks),
            Inner::Open(chunks) => match ready!(chunks.as_mut().poll_next(context)) {
                Some(Ok(chunk)) => return Poll::Ready(Some(Ok(chunk))),
                Some(Err(cause)) => return self.fail(&*cause),
                None => {
                    self.inner = Inner::Full(Bytes::new());
                    return Poll::Ready(None);
                }
            },
        };
        let cause: BoxError = match ready!(chunks.as_mut().poll_next(context)) {
            Some(Ok(chunk)) if chunk.len() as u64 <= *remaining => {
                *remaining -= chunk.len() as u64;
                return Poll::Ready(Some(Ok(chunk)));
            }
            Some(Ok(_)) => "it has more bytes than were announced".into(),
            Some(Err(cause)) => cause,
            None => "it has fewer bytes than were announced".into(),
        };
        self.fail(&*cause)
    }

    /// The body breaks off: whoever reads it learns that it has not come to its end.
    fn fail(&mut self, cause: &(dyn std::error::Error + 'static)) -> Poll<Option<Result<Bytes, BodyError>>> {
        let request = self.exchange.as_ref().map(|exchange| tracing::field::display(exchange.id()));
        let error = crate::error::chain(cause);
        tracing::error!(%error, request, "a body could not be sent to its end");
        self.failed = true;
        self.inner = Inner::Full(Bytes::new());
        Poll::Ready(Some(Err(BodyError)))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let complete = !self.failed && self.len() == Some(0);
        if let Some(exchange) = &mut self.exchange {
            exchange.sent(self.sent, complete);
        }
    }
}

/// Why a body could not be sent to its end. The cause is logged where it arises and not told to anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored content ended early")]
#[non_exhaustive]
pub struct BodyError;

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(pace) = &self.pace {
            pace.is_asked();
        }
        let chunk = ready!(self.poll_chunk(context));
        if let Some(Ok(chunk)) = &chunk {
            self.sent += chunk.len() as u64;
            if let Some(pace) = &self.pace {
                pace.hand_out(chunk.len() as u64);
            }
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.len() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.len().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("len", &self.len()).finish_non_exhaustive()
    }
}
