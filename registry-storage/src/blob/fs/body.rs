//! A committed file on its way out.

use std::fs::File;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::io::Errno;
use tokio::task::JoinHandle;

use super::budget::Share;
use super::hop;
use crate::{Error, Result};

/// A part of a file as a stream: while one piece is being sent the next one is being read.
#[derive(Debug)]
pub(crate) struct FileBody {
    file: Arc<File>,
    /// What has not been asked for yet.
    rest: Range<u64>,
    next: Next,
    share: Share,
}

#[derive(Debug)]
enum Next {
    Ready(Bytes),
    Reading(JoinHandle<Result<Bytes>>),
    Done,
}

impl FileBody {
    /// A body whose first piece was read already; `rest` is what follows it.
    pub(super) fn new(file: File, first: Bytes, rest: Range<u64>, share: Share) -> Self {
        Self { file: Arc::new(file), rest, next: Next::Ready(first), share }
    }

    /// As [`Stream::poll_next`](futures_core::Stream::poll_next).
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let outcome = match std::mem::replace(&mut self.next, Next::Done) {
            Next::Ready(bytes) => Ok(bytes),
            Next::Reading(mut reading) => {
                let polled = Pin::new(&mut reading).poll(context);
                if polled.is_pending() {
                    self.next = Next::Reading(reading);
                }
                hop::join(ready!(polled))
            }
            Next::Done => return Poll::Ready(None),
        };
        if outcome.is_ok() && !self.rest.is_empty() {
            self.read_ahead();
        }
        Poll::Ready(Some(outcome))
    }

    fn read_ahead(&mut self) {
        let piece = take(&mut self.rest, self.share.piece());
        let file = Arc::clone(&self.file);
        self.next = Next::Reading(tokio::task::spawn_blocking(move || read(&file, piece)));
    }
}

/// Splits the next piece of at most `most` bytes off a range.
pub(super) fn take(rest: &mut Range<u64>, most: usize) -> Range<u64> {
    let end = rest.end.min(rest.start.saturating_add(most as u64));
    let piece = rest.start..end;
    rest.start = end;
    piece
}

/// Reads a range that fits in memory, into a buffer that is not cleared before.
pub(super) fn read(file: &File, range: Range<u64>) -> Result<Bytes> {
    let len = usize::try_from(range.end - range.start)
        .map_err(|_| Error::Invalid { reason: "the range does not fit in memory" })?;
    let mut buffer = Vec::with_capacity(len);
    while buffer.len() < len {
        let position = range.start + buffer.len() as u64;
        match rustix::io::pread(file, spare_capacity(&mut buffer), position) {
            Ok(0) => return Err(cut_short()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(Error::io("read a blob", error.into())),
        }
    }
    buffer.truncate(len);
    Ok(buffer.into())
}

/// The file ends before the bytes that it had when it was opened.
fn cut_short() -> Error {
    Error::Corrupt { reason: "the file of a blob was cut short while it was read".to_owned() }
}
