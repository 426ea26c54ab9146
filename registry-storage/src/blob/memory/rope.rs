//! Bytes in pieces, as they arrived.

use std::ops::Range;

use bytes::Bytes;

/// Pieces below this are copied together: a small piece may hold fast a much larger receive buffer.
const SMALL: usize = 8 * 1024;

/// How far copied pieces grow before the next one begins.
const JOINED: usize = 64 * 1024;

/// A sequence of bytes that grows at its end without moving what is there.
#[derive(Debug, Default)]
pub(super) struct Rope {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    start: u64,
    bytes: Bytes,
    /// Whether it is a copy of small ones, to which more may be added.
    joined: bool,
}

impl Rope {
    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.pieces.last().map_or(0, |last| last.start + last.bytes.len() as u64)
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        let start = self.len();
        if bytes.len() >= SMALL {
            self.pieces.push(Piece { start, bytes, joined: false });
            return;
        }
        match self.pieces.pop() {
            Some(last) if last.joined && last.bytes.len() + bytes.len() <= JOINED => {
                let bytes = join(last.bytes, &bytes);
                self.pieces.push(Piece { start: last.start, bytes, joined: true });
            }
            last => {
                self.pieces.extend(last);
                self.pieces.push(Piece { start, bytes: Bytes::copy_from_slice(&bytes), joined: true });
            }
        }
    }

    /// Forgets everything from `len` on.
    pub(super) fn truncate(&mut self, len: u64) {
        let keep = self.pieces.partition_point(|piece| piece.start < len);
        self.pieces.truncate(keep);
        if let Some(last) = self.pieces.last_mut() {
            last.bytes.truncate(usize::try_from(len - last.start).unwrap_or(usize::MAX));
        }
    }

    /// The pieces that make up `range`, which must lie within.
    pub(super) fn slice(&self, range: &Range<u64>) -> Vec<Bytes> {
        if range.is_empty() {
            return Vec::new();
        }
        let first = self.pieces.partition_point(|piece| piece.start <= range.start).saturating_sub(1);
        let within = self.pieces[first..].iter().take_while(|piece| piece.start < range.end);
        within
            .map(|piece| {
                let end = piece.start + piece.bytes.len() as u64;
                let from = range.start.max(piece.start) - piece.start;
                let to = range.end.min(end) - piece.start;
                piece.bytes.slice(index(from)..index(to))
            })
            .collect()
    }
}

/// Both of them in one buffer. A buffer that nobody else holds is extended in place.
fn join(head: Bytes, tail: &Bytes) -> Bytes {
    let mut joined = head.try_into_mut().unwrap_or_else(|shared| {
        let mut copy = bytes::BytesMut::with_capacity(shared.len() + tail.len());
        copy.extend_from_slice(&shared);
        copy
    });
    joined.extend_from_slice(tail);
    joined.freeze()
}

/// An offset within one piece, which is in memory and therefore fits.
fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rope: &Rope, range: Range<u64>) -> Vec<u8> {
        rope.slice(&range).concat()
    }

    #[test]
    fn pieces_join_and_cut() {
        let mut rope = Rope::default();
        let mut plain = Vec::new();
        for (length, fill) in [(3, b'a'), (0, b'-'), (SMALL, b'b'), (5, b'c'), (7, b'd'), (SMALL * 3, b'e')] {
            rope.push(Bytes::from(vec![fill; length]));
            plain.extend(vec![fill; length]);
        }
        assert_eq!(rope.len(), plain.len() as u64);
        assert_eq!(rope.pieces.len(), 4, "small neighbours share a piece");
        for (from, to) in
            [(0, 0), (0, 3), (2, 4), (3, SMALL + 3), (1, plain.len()), (plain.len(), plain.len())]
        {
            assert_eq!(text(&rope, from as u64..to as u64), plain[from..to], "{from}..{to}");
        }
        for len in [SMALL + 10, SMALL + 3, SMALL, 3, 1, 0] {
            rope.truncate(len as u64);
            assert_eq!(rope.len(), len as u64);
            assert_eq!(text(&rope, 0..len as u64), plain[..len], "cut to {len}");
        }
    }

    #[test]
    fn a_reader_keeps_its_bytes_when_the_rope_grows() {
        let mut rope = Rope::default();
        rope.push(Bytes::from_static(b"one"));
        let before = rope.slice(&(0..3));
        rope.push(Bytes::from_static(b"two"));
        assert_eq!(before.concat(), b"one");
        assert_eq!(text(&rope, 0..6), b"onetwo");
    }
}
