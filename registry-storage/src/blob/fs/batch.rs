//! Bytes of a body, gathered until they are worth a call to the system.

use std::io::{self, IoSlice};

/// A body that ends within this never gets a buffer of a whole piece.
const SMALL: usize = 16 * 1024;

/// How many bytes one call to the system takes. The page cache takes memory in pieces as large as the call: smaller ones
/// are those that were in use a moment ago, while large ones may have to be fetched from far, on virtual machines from
/// the host. Measured: up to three times the processor time with calls of 512 KiB.
const CALL: usize = 64 * 1024;

/// Bytes in a buffer that is used again and again.
///
/// They are copied: while a frame is still in the cache of the processor, that costs less than to keep it. A frame that
/// is kept holds the buffer it was received in, so that the next one is received in fresh memory, which the system has
/// to find, clear and take back.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
}

impl Batch {
    /// How many bytes were gathered.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Takes as much of the frame as fits into a piece, and answers how much that was.
    pub(super) fn fill(&mut self, frame: &[u8], piece: usize) -> usize {
        let taken = frame.len().min(piece.saturating_sub(self.bytes.len()));
        if self.bytes.len() + taken > SMALL {
            self.bytes.reserve_exact(piece.saturating_sub(self.bytes.len()));
        }
        self.bytes.extend_from_slice(&frame[..taken]);
        taken
    }

    /// The same buffer for further bytes, or none when pieces have become much smaller meanwhile.
    pub(super) fn emptied(mut self, piece: usize) -> Self {
        if self.bytes.capacity() > piece.saturating_mul(2) {
            return Self::default();
        }
        self.bytes.clear();
        self
    }

    /// Writes everything from `position` on, by a function that writes a part of what it is given.
    pub(super) fn write(
        &self,
        mut position: u64,
        mut write: impl FnMut(&[IoSlice<'_>], u64) -> io::Result<usize>,
    ) -> io::Result<()> {
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            match write(&[IoSlice::new(&rest[..rest.len().min(CALL)])], position) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    position += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in memory that takes at most `most` bytes a call and is interrupted before every third one.
    fn reluctant(batch: &Batch, most: usize) -> Vec<u8> {
        let (mut kept, mut calls) = (Vec::new(), 0);
        let written = batch.write(100, |slices, at| {
            calls += 1;
            if calls % 3 == 0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            assert_eq!(at, 100 + kept.len() as u64);
            let part = &slices[0][..slices[0].len().min(most)];
            kept.extend_from_slice(part);
            Ok(part.len())
        });
        written.unwrap();
        kept
    }

    #[test]
    fn bytes_keep_their_order_however_little_a_call_takes() {
        let mut batch = Batch::default();
        let mut plain = Vec::new();
        for (turn, length) in [1, SMALL, 7, 0, SMALL * 2, 5].into_iter().enumerate() {
            let frame = vec![u8::try_from(turn).unwrap(); length];
            assert_eq!(batch.fill(&frame, 1 << 20), length);
            plain.extend(frame);
        }
        assert_eq!(batch.len(), plain.len());
        for most in [777, SMALL, 1 << 20] {
            assert_eq!(reluctant(&batch, most), plain, "{most} a call");
        }
    }

    #[test]
    fn a_piece_takes_no_more_than_fits() {
        let mut batch = Batch::default();
        assert_eq!(batch.fill(&[1; 100], 64), 64);
        assert_eq!(batch.fill(&[2; 36], 64), 0);
        assert_eq!(reluctant(&batch, 10), [1; 64]);
    }

    #[test]
    fn buffers_are_as_large_as_they_need_to_be_and_used_again() {
        let mut batch = Batch::default();
        batch.fill(&[0; 4096], 1 << 19);
        assert!(batch.bytes.capacity() <= SMALL, "a small body has a small buffer");
        batch.fill(&[0; SMALL], 1 << 19);
        assert_eq!(batch.bytes.capacity(), 1 << 19);
        let again = batch.emptied(1 << 19);
        assert_eq!((again.len(), again.bytes.capacity()), (0, 1 << 19));
        assert_eq!(again.emptied(1 << 15).bytes.capacity(), 0, "far too large for a piece of now");
    }

    #[test]
    fn a_file_that_takes_nothing_is_an_error() {
        let mut batch = Batch::default();
        batch.fill(b"x", 10);
        let outcome = batch.write(0, |_, _| Ok(0));
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
