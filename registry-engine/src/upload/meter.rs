//! Counting and hashing of bytes on their way into the store.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use registry_core::Hasher;
use registry_storage::BoxError;
use registry_storage::blob::BodyStream;

/// Counts and hashes what goes through it, and stops what is longer than announced.
#[derive(Debug)]
pub(super) struct Meter {
    /// The hasher over everything that went through.
    pub(super) hasher: Hasher,
    /// How many bytes went through.
    pub(super) passed: u64,
    /// How many bytes came, when that was more than announced.
    pub(super) overrun: Option<u64>,
    limit: Option<u64>,
}

impl Meter {
    /// A meter that goes on with this hasher and lets at most `limit` bytes through.
    pub(super) const fn new(hasher: Hasher, limit: Option<u64>) -> Self {
        Self { hasher, passed: 0, overrun: None, limit }
    }

    /// The same body, measured.
    pub(super) fn measure<'a>(&'a mut self, body: BodyStream<'a>) -> BodyStream<'a> {
        Box::pin(Measured { meter: self, body })
    }

    /// Takes note of bytes that are about to go through.
    fn take(&mut self, bytes: &Bytes) -> Result<(), BoxError> {
        let passed = self.passed.saturating_add(bytes.len() as u64);
        if self.limit.is_some_and(|limit| passed > limit) {
            self.overrun = Some(passed);
            return Err("the body is longer than announced".into());
        }
        self.passed = passed;
        self.hasher.update(bytes);
        Ok(())
    }
}

struct Measured<'a> {
    meter: &'a mut Meter,
    body: BodyStream<'a>,
}

impl Stream for Measured<'_> {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.meter.overrun.is_some() {
            return Poll::Ready(None);
        }
        let next = ready!(self.body.as_mut().poll_next(context));
        Poll::Ready(next.map(|item| item.and_then(|bytes| self.meter.take(&bytes).map(|()| bytes))))
    }
}
