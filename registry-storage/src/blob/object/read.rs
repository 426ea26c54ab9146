//! Reading a blob, and going on where a body was cut.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::failure::failed;
use super::inner::Inner;
use super::service::Service;
use super::transport::jittered;
use crate::blob::{BlobRead, UNKNOWN_LOCATION, wrong_size};
use crate::{Error, Result};

/// How many bytes must come before failures are counted anew.
const PROGRESS: u64 = 1 << 20;
const PAUSE: Duration = Duration::from_millis(200);

/// A read under way.
struct Reading {
    service: Service,
    key: String,
    size: u64,
    etag: Option<String>,
    at: u64,
    end: u64,
    body: BoxStream<'static, object_store::Result<Bytes>>,
    stall: Duration,
    retries: usize,
    left: usize,
    since: u64,
}

/// Opens `range` of an object that has `size` bytes: one request.
pub(super) async fn open(inner: &Inner, key: &str, size: u64, range: Range<u64>) -> Result<BlobRead> {
    let service = &inner.service;
    if range.is_empty() {
        service.check_size(key, size).await?;
        return Ok(BlobRead::from_bytes(Bytes::new()));
    }
    let whole = range == (0..size);
    let got = match service.get(key, (!whole).then(|| range.clone()), None).await {
        Ok(got) => got,
        Err(error) => return Err(not_read(service, key, size, error).await),
    };
    if got.meta.size != size {
        return Err(wrong_size(got.meta.size, size));
    }
    let retries = inner.options.retries;
    let reading = Reading {
        service: service.clone(),
        key: key.to_owned(),
        size,
        etag: got.meta.e_tag.clone(),
        at: range.start,
        end: range.end,
        body: got.into_stream(),
        stall: inner.options.stall_timeout,
        retries,
        left: retries,
        since: 0,
    };
    let pieces = stream::try_unfold(reading, |mut reading| async move {
        Ok(reading.next().await?.map(|piece| (piece, reading)))
    });
    Ok(BlobRead::new(range.end - range.start, pieces))
}

/// What it means that a read was refused. A range beyond the end means that the blob has another size.
async fn not_read(service: &Service, key: &str, size: u64, error: object_store::Error) -> Error {
    match failed("read a blob", "location", error) {
        Error::NotFound { .. } => UNKNOWN_LOCATION,
        Error::Internal { context, source } => match service.check_size(key, size).await {
            Err(damaged @ Error::Corrupt { .. }) => damaged,
            _ => Error::Internal { context, source },
        },
        error => error,
    }
}

impl Reading {
    /// The next piece, from another request where the one before ended early.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while self.at < self.end {
            let failure = match tokio::time::timeout(self.stall, self.body.next()).await {
                Ok(Some(Ok(piece))) if piece.is_empty() => continue,
                Ok(Some(Ok(piece))) => return self.took(piece).map(Some),
                Ok(Some(Err(error))) => failed("read a blob", "location", error),
                Ok(None) => early("the body ended early"),
                Err(_) => early("the body brought nothing for too long"),
            };
            self.resume(failure).await?;
        }
        Ok(None)
    }

    fn took(&mut self, piece: Bytes) -> Result<Bytes> {
        self.at += piece.len() as u64;
        self.since += piece.len() as u64;
        if self.since >= PROGRESS {
            (self.left, self.since) = (self.retries, 0);
        }
        if self.at > self.end {
            return Err(Error::Corrupt { reason: "more bytes came than the blob has".to_owned() });
        }
        Ok(piece)
    }

    /// Opens the rest, if it is still the same object.
    async fn resume(&mut self, mut failure: Error) -> Result<()> {
        loop {
            if self.left == 0 {
                return Err(match failure {
                    unavailable @ Error::Unavailable { .. } => unavailable,
                    other => Error::Unavailable { retry_after: None, source: other.into() },
                });
            }
            self.left -= 1;
            tokio::time::sleep(jittered(PAUSE)).await;
            let rest = self.service.get(&self.key, Some(self.at..self.end), self.etag.clone()).await;
            match rest {
                Ok(got) if got.meta.size != self.size => return Err(wrong_size(got.meta.size, self.size)),
                Ok(got) if got.meta.e_tag != self.etag => return Err(changed()),
                Ok(got) => {
                    self.body = got.into_stream();
                    return Ok(());
                }
                Err(object_store::Error::Precondition { .. }) => return Err(changed()),
                Err(error) => match failed("read a blob", "location", error) {
                    error @ Error::Unavailable { .. } => failure = error,
                    error => return Err(error),
                },
            }
        }
    }
}

fn early(reason: &'static str) -> Error {
    Error::Unavailable { retry_after: None, source: reason.into() }
}

fn changed() -> Error {
    Error::Corrupt { reason: "the object was replaced while it was read".to_owned() }
}
