//! Bytes on their way into a part.

use bytes::{Bytes, BytesMut};

/// The largest block that bytes are copied into.
const BLOCK: usize = 64 << 10;

/// Bytes that are gathered until they are a part, in blocks of their own: a frame would keep the buffer alive that it was
/// read into, which may be several times as large and is counted by nobody.
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

    pub(super) fn push(&mut self, mut bytes: Bytes) {
        while !bytes.is_empty() {
            if self.open.len() == self.open.capacity() {
                self.close();
                // As much again as there is, so that what is small stays small.
                self.open = BytesMut::with_capacity(self.len.max(bytes.len()).min(BLOCK));
            }
            let room = self.open.capacity() - self.open.len();
            let taken = bytes.split_to(room.min(bytes.len()));
            self.open.extend_from_slice(&taken);
            self.len += taken.len();
        }
    }

    /// Everything, leaving nothing.
    pub(super) fn take(&mut self) -> Vec<Bytes> {
        self.close();
        self.len = 0;
        std::mem::take(&mut self.pieces)
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces.push(std::mem::take(&mut self.open).freeze());
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
