//! The body of a request.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use registry_engine::{BodyStream, BoxError};
use tokio::time::{Instant, Sleep};

/// A sender that is silent for so long is taken for gone.
const SILENCE: Duration = Duration::from_secs(60);
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
}

impl Payload {
    /// The body of a request; `waits_to_be_asked` when the request says `Expect: 100-continue`.
    pub(crate) fn new<B>(body: B, waits_to_be_asked: bool) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let length = body.size_hint().exact();
        let ended = body.is_end_stream() || length == Some(0);
        let chunks = http_body_util::BodyDataStream::new(body).map(|chunk| chunk.map_err(Into::into));
        Self {
            chunks: Box::pin(chunks),
            length,
            waits_to_be_asked,
            touched: false,
            ended,
            patience: Patience::default(),
        }
    }

    /// How many bytes the whole body has, where the client said so.
    pub(crate) const fn length(&self) -> Option<u64> {
        self.length
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
                self.patience.reward();
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
            Poll::Pending if self.patience.is_lost(context) => {
                Poll::Ready(Some(Err("the client was silent for too long".into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Unpin for Payload {}

/// Watches how long a sender is silent, with one timer that is rarely touched.
#[derive(Default)]
struct Patience {
    timer: Option<Pin<Box<Sleep>>>,
    heard: bool,
}

impl Patience {
    fn reward(&mut self) {
        self.heard = true;
    }

    /// Whether nothing was heard for between one and two times the span.
    fn is_lost(&mut self, context: &mut Context<'_>) -> bool {
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(SILENCE)));
        while timer.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.heard) {
                return true;
            }
            timer.as_mut().reset(Instant::now() + SILENCE);
        }
        false
    }
}
