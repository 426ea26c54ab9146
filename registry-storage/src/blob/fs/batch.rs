//! Frames of a body, gathered until they are worth a call to the system.

use std::io::{self, IoSlice};

use bytes::{Bytes, BytesMut};

/// Frames below this are copied together: a small frame may hold fast a much larger receive buffer, and a sender of
/// one byte at a time would hold a buffer for each.
const SMALL: usize = 8 * 1024;

/// How large the buffer is that small frames are copied to.
const JOINED: usize = 32 * 1024;

/// How many slices one call to the system takes on every system.
const SLICES: usize = 1024;

/// Frames in order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    frames: Vec<Bytes>,
    /// Small frames that follow behind `frames`.
    small: BytesMut,
    len: usize,
}

impl Batch {
    /// How many bytes were gathered.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Adds a frame; a large one without a copy.
    pub(super) fn push(&mut self, frame: Bytes) {
        self.len += frame.len();
        if frame.len() >= SMALL {
            self.seal();
            self.frames.push(frame);
            return;
        }
        if self.small.len() + frame.len() > JOINED {
            self.seal();
        }
        self.small.extend_from_slice(&frame);
    }

    /// Nothing more comes: what was copied together joins the rest.
    pub(super) fn seal(&mut self) {
        if !self.small.is_empty() {
            self.frames.push(std::mem::take(&mut self.small).freeze());
        }
    }

    /// Writes everything that was sealed from `position` on, by a function that writes a part of what it is given.
    pub(super) fn write(
        &self,
        position: u64,
        write: impl FnMut(&[IoSlice<'_>], u64) -> io::Result<usize>,
    ) -> io::Result<()> {
        write_all(&self.frames, position, write)
    }
}

/// Writes all frames with as few calls as the system allows, whatever part each of them takes.
fn write_all(
    frames: &[Bytes],
    mut position: u64,
    mut write: impl FnMut(&[IoSlice<'_>], u64) -> io::Result<usize>,
) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = frames.iter().map(|frame| IoSlice::new(frame)).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        match write(&rest[..rest.len().min(SLICES)], position) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                IoSlice::advance_slices(&mut rest, written);
                position += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in memory that takes at most `most` bytes a call and is interrupted before every third one.
    fn reluctant(frames: &[Bytes], most: usize) -> Vec<u8> {
        let (mut kept, mut calls) = (Vec::new(), 0);
        let written = write_all(frames, 100, |slices, at| {
            calls += 1;
            if calls % 3 == 0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            assert!(slices.len() <= SLICES);
            assert_eq!(at, 100 + kept.len() as u64);
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            let part = &all[..all.len().min(most)];
            kept.extend_from_slice(part);
            Ok(part.len())
        });
        written.unwrap();
        kept
    }

    #[test]
    fn frames_keep_their_order_however_little_a_call_takes() {
        let mut batch = Batch::default();
        let mut plain = Vec::new();
        for (turn, length) in [1, SMALL, 7, 9, SMALL * 2, 0, JOINED - 1, 5, SMALL - 1].into_iter().enumerate()
        {
            let frame = vec![u8::try_from(turn).unwrap(); length];
            batch.push(Bytes::from(frame.clone()));
            plain.extend(frame);
        }
        batch.seal();
        assert_eq!(batch.len(), plain.len());
        for most in [777, SMALL, 1 << 20] {
            assert_eq!(reluctant(&batch.frames, most), plain, "{most} a call");
        }
        let many: Vec<_> = (0..SLICES * 2 + 1).map(|_| Bytes::from_static(b"x")).collect();
        assert_eq!(reluctant(&many, 1 << 20).len(), many.len());
    }

    #[test]
    fn small_frames_do_not_hold_their_buffers() {
        let mut batch = Batch::default();
        let large = Bytes::from(vec![7; 1 << 20]);
        for _ in 0..100 {
            batch.push(large.slice(..10));
        }
        batch.seal();
        assert_eq!(batch.frames.len(), 1);
        assert!(large.is_unique(), "the large buffer is free again");
    }

    #[test]
    fn a_file_that_takes_nothing_is_an_error() {
        let outcome = write_all(&[Bytes::from_static(b"x")], 0, |_, _| Ok(0));
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
