//! A committed file on its way out.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::task::JoinHandle;

use super::budget::Share;
use super::lane::{self, Lane, Place, Wait};
use crate::{Error, Result};

/// A part of a file as a stream: while one piece is being sent the next one is being read.
pub(crate) struct FileBody {
    file: Arc<File>,
    /// What has not been asked for yet.
    rest: Range<u64>,
    next: Next,
    share: Arc<Share>,
    lane: Lane,
}

enum Next {
    Ready(Bytes),
    Reading(JoinHandle<Result<Bytes>>),
    /// No thread was free.
    Waiting(Wait),
    Done,
}

impl FileBody {
    /// A body whose first piece was read already; `rest` is what follows it.
    pub(super) fn new(file: File, first: Bytes, rest: Range<u64>, share: Share, lane: Lane) -> Self {
        Self { file: Arc::new(file), rest, next: Next::Ready(first), share: Arc::new(share), lane }
    }

    /// As [`Stream::poll_next`](futures_core::Stream::poll_next).
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            let outcome = match &mut self.next {
                Next::Ready(bytes) => Ok(std::mem::take(bytes)),
                Next::Reading(reading) => lane::join(ready!(reading.poll_unpin(context))),
                Next::Waiting(wait) => match ready!(wait.poll_unpin(context)) {
                    Ok(place) => {
                        self.read_on(place);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Next::Done => return Poll::Ready(None),
            };
            self.next = Next::Done;
            if outcome.is_ok() && !self.rest.is_empty() {
                match self.lane.free_place() {
                    Some(place) => self.read_on(place),
                    None => self.next = Next::Waiting(self.lane.wait()),
                }
            }
            return Poll::Ready(Some(outcome));
        }
    }

    fn read_on(&mut self, place: Place) {
        let piece = take(&mut self.rest, self.share.piece());
        let (file, share) = (Arc::clone(&self.file), Arc::clone(&self.share));
        self.next = Next::Reading(lane::start(place, move || read(&file, piece, &share)));
    }
}

/// Splits the next piece of at most `most` bytes off a range.
pub(super) fn take(rest: &mut Range<u64>, most: usize) -> Range<u64> {
    let end = rest.end.min(rest.start.saturating_add(most as u64));
    let piece = rest.start..end;
    rest.start = end;
    piece
}

/// Reads a piece into a buffer of the share.
pub(super) fn read(file: &File, piece: Range<u64>, share: &Share) -> Result<Bytes> {
    let mut buffer = share.buffer(length(&piece)?);
    fill(file, buffer.as_mut_slice(), piece.start)?;
    Ok(buffer.freeze())
}

/// Reads a range into a buffer of its own, of exactly its size.
pub(super) fn read_small(file: &File, range: &Range<u64>) -> Result<Bytes> {
    let mut buffer = vec![0; length(range)?];
    fill(file, &mut buffer, range.start)?;
    Ok(buffer.into())
}

fn fill(file: &File, buffer: &mut [u8], position: u64) -> Result<()> {
    file.read_exact_at(buffer, position).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => cut_short(),
        _ => Error::io("read a blob", error),
    })
}

fn length(range: &Range<u64>) -> Result<usize> {
    usize::try_from(range.end - range.start)
        .map_err(|_| Error::Invalid { reason: "the range does not fit in memory" })
}

/// The file ends before the bytes that it had when it was opened.
fn cut_short() -> Error {
    Error::Corrupt { reason: "the file of a blob was cut short while it was read".to_owned() }
}
