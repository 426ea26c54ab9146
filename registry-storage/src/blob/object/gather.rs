//! Bytes on their way into a part.

use bytes::{Bytes, BytesMut};

/// Frames below this are copied together, so that a million tiny ones do not cost a million handles.
const TINY: usize = 16 << 10;

/// Bytes that are gathered until they are a part.
#[derive(Debug, Default)]
pub(super) struct Gather {
    pieces: Vec<Bytes>,
    open: BytesMut,
    len: usize,
}

impl Gather {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, bytes: Bytes) {
        self.len += bytes.len();
        if bytes.len() < TINY {
            if self.open.len() + bytes.len() > self.open.capacity() {
                self.close();
                self.open.reserve(4 * TINY);
            }
            self.open.extend_from_slice(&bytes);
            return;
        }
        self.close();
        self.pieces.push(bytes);
    }

    /// Everything, leaving nothing.
    pub(super) fn take(&mut self) -> Vec<Bytes> {
        self.close();
        self.len = 0;
        std::mem::take(&mut self.pieces)
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces.push(self.open.split().freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_any_size_come_out_in_order() {
        let mut gather = Gather::default();
        let mut expected = Vec::new();
        for size in [1, 5, 20_000, 3, 16_384, 0, 16_383, 16_383, 16_383, 16_383, 16_383, 7] {
            let frame: Bytes = (0..size).map(|at| u8::try_from((at + size) % 251).unwrap()).collect();
            expected.extend_from_slice(&frame);
            gather.push(frame);
            assert_eq!(gather.len(), expected.len());
        }
        let pieces = gather.take();
        assert!(pieces.len() < 10, "{} pieces", pieces.len());
        assert_eq!(pieces.concat(), expected);
        assert!(gather.take().is_empty() && gather.len() == 0);
    }
}
