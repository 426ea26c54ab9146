//! The body of a request.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::{StreamExt, stream};
use registry_engine::{BodyStream, BoxError};

use crate::patience::{Demand, Patience, TooSlow};

/// How much of a body that nobody wants is read so that the connection can be used again.
const DRAIN_BYTES: u64 = 256 * 1024;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// The body of a request, read at most once and only as far as somebody wants it.
pub(crate) struct Payload {
    chunks: Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>,
    length: Option<u64>,
    /// The client sends nothing before it is asked to, which the first read does.
    waits_to_be_asked: bool,
    touched: bool,
    ended: bool,
    patience: Patience,
    /// How many bytes were read, for whoever watches; absent when there are none to come.
    received: Option<Arc<AtomicU64>>,
}

impl Payload {
    /// The body of a request, which must come as fast as is demanded; `waits_to_be_asked` when the request says
    /// `Expect: 100-continue`.
    pub(crate) fn new<B>(body: B, waits_to_be_asked: bool, demand: Demand) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let length = body.size_hint().exact();
        let ended = body.is_end_stream() || length == Some(0);
        let chunks: Pin<Box<dyn Stream<Item = _> + Send>> = if ended {
            Box::pin(stream::empty())
        } else {
            Box::pin(http_body_util::BodyDataStream::new(body).map(|chunk| chunk.map_err(Into::into)))
        };
        let received = (!ended).then(Arc::default);
        Self {
            chunks,
            length,
            waits_to_be_asked,
            touched: false,
            ended,
            patience: Patience::new(demand),
            received,
        }
    }

    /// How many bytes the whole body has, where the client said so.
    pub(crate) const fn length(&self) -> Option<u64> {
        self.length
    }

    /// What counts the bytes that were read.
    pub(crate) fn received(&self) -> Option<Arc<AtomicU64>> {
        self.received.clone()
    }

    /// The bytes as they arrive.
    pub(crate) fn stream(&mut self) -> BodyStream<'_> {
        Box::pin(self)
    }

    /// The whole body, or `None` when it is longer than `limit` bytes. No more than that is ever held.
    ///
    /// # Errors
    /// When the client goes away.
    pub(crate) async fn collect(&mut self, limit: u64) -> Result<Option<Bytes>, BoxError> {
        if self.length.is_some_and(|length| length > limit) {
            return Ok(None);
        }
        let mut first = Bytes::new();
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.next().await.transpose()? {
            if (first.len() + whole.len() + chunk.len()) as u64 > limit {
                return Ok(None);
            }
            if first.is_empty() && whole.is_empty() {
                first = chunk;
            } else {
                whole.extend_from_slice(&std::mem::take(&mut first));
                whole.extend_from_slice(&chunk);
            }
        }
        Ok(Some(if whole.is_empty() { first } else { whole.freeze() }))
    }

    /// Reads what is left, as long as it is little. Answers whether the body has come to its end, so that another
    /// request can follow on the connection.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the rest unread.
    pub(crate) async fn drain(&mut self) -> bool {
        if self.ended {
            return true;
        }
        let asked = self.touched || !self.waits_to_be_asked;
        if !asked || self.length.is_some_and(|length| length > DRAIN_BYTES) {
            return false;
        }
        let drained = tokio::time::timeout(DRAIN_TIME, async {
            let mut left = DRAIN_BYTES;
            while let Some(chunk) = self.next().await {
                let len = chunk.map_or(u64::MAX, |chunk| chunk.len() as u64);
                let Some(rest) = left.checked_sub(len) else { return };
                left = rest;
            }
        });
        let _ = drained.await;
        self.ended
    }
}

impl Stream for Payload {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.touched = true;
        match self.chunks.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.patience.moved(chunk.len() as u64);
                if let Some(received) = &self.received {
                    received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
            Poll::Pending if self.patience.is_lost(context) => Poll::Ready(Some(Err(TooSlow.into()))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Unpin for Payload {}

#[cfg(test)]
mod tests {
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    const DEMAND: Demand = Demand { idle: Duration::from_secs(60), rate: 0 };

    /// A body of these chunks, after which nothing comes and nothing ends.
    fn stuck(chunks: &'static [&'static [u8]]) -> Payload {
        let chunks =
            stream::iter(chunks.iter().map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::from(*chunk)))));
        Payload::new(StreamBody::new(chunks.chain(stream::pending())), false, DEMAND)
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_falls_silent_is_given_up() {
        let mut payload = stuck(&[b"abc", b"def"]);
        assert_eq!(payload.next().await.unwrap().unwrap(), "abc");
        assert_eq!(payload.next().await.unwrap().unwrap(), "def");
        let before = tokio::time::Instant::now();
        assert!(payload.next().await.unwrap().unwrap_err().is::<TooSlow>());
        assert_eq!(before.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_wants_is_waited_for_a_moment_only() {
        let before = tokio::time::Instant::now();
        assert!(!stuck(&[b"abc"]).drain().await);
        assert!(before.elapsed() <= DRAIN_TIME * 2);
    }
}
