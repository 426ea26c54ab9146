//! Blobs to push: made before the clock starts, all different, and never held whole.
//!
//! A blob is one block of noise repeated to its size, but for its last [`MARK`] bytes, which hold a number nobody has used
//! before. All blobs of a size share every byte but those, so that the hash of each costs one block more and 10 GiB need no
//! more memory than 8 MiB.

use std::{
    io::{self, Write},
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};

use crate::Result;

/// How much noise there is before it repeats.
const BLOCK: usize = 8 * 1024 * 1024;
/// The bytes at the end that make a blob unlike all others.
const MARK: usize = 32;
/// The size of one piece of a chunked request body; docker and podman send such pieces.
const PIECE: usize = 32 * 1024;

/// All blobs of one size.
#[derive(Debug)]
pub(crate) struct Blobs {
    size: u64,
    block: Vec<u8>,
    /// The same noise in the chunked transfer coding, piece by piece.
    pieces: Vec<u8>,
    hashed: Sha256,
    next: AtomicU64,
}

/// One blob among the [`Blobs`].
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) digest: String,
    mark: [u8; MARK],
}

impl Blobs {
    pub(crate) fn new(size: u64) -> Result<Self> {
        let plain =
            size.checked_sub(MARK as u64).ok_or_else(|| format!("a blob has at least {MARK} bytes"))?;
        let block = noise(usize::try_from(plain.min(BLOCK as u64))?);
        let mut hashed = Sha256::new();
        each_part(&block, 0..plain, |part| {
            hashed.update(part);
            Ok(())
        })?;
        let pieces = if plain >= BLOCK as u64 { frame(&block) } else { Vec::new() };
        let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok(Self { size, block, pieces, hashed, next: AtomicU64::new(u64::try_from(since.as_nanos())?) })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// A blob that no earlier run and no other client has made.
    pub(crate) fn next(&self) -> Blob {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let mut mark = [b' '; MARK];
        // 16 hexadecimal digits of time and 8 of the process always fit.
        let text = format!("{number:016x}{process:08x}");
        mark[..text.len()].copy_from_slice(text.as_bytes());
        let mut hash = self.hashed.clone();
        hash.update(mark);
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Blob { digest: format!("sha256:{hex}"), mark }
    }

    /// Writes the bytes of a blob from one offset up to another.
    pub(crate) fn write(&self, blob: &Blob, range: Range<u64>, to: &mut impl Write) -> io::Result<()> {
        let plain = self.size - MARK as u64;
        each_part(&self.block, range.start.min(plain)..range.end.min(plain), |part| to.write_all(part))?;
        if range.end > plain {
            let offset = |at: u64| usize::try_from(at.saturating_sub(plain)).unwrap_or(MARK);
            to.write_all(&blob.mark[offset(range.start)..offset(range.end)])?;
        }
        Ok(())
    }

    /// Writes a whole blob in the chunked transfer coding, pieces of 32 KiB.
    pub(crate) fn write_chunked(&self, blob: &Blob, to: &mut impl Write) -> io::Result<()> {
        let plain = self.size - MARK as u64;
        let whole = plain / BLOCK as u64;
        for _ in 0..whole {
            to.write_all(&self.pieces)?;
        }
        let rest = usize::try_from(plain % BLOCK as u64).unwrap_or(0);
        let mut last = frame(&self.block[..rest]);
        last.extend_from_slice(&frame(&blob.mark));
        last.extend_from_slice(b"0\r\n\r\n");
        to.write_all(&last)
    }
}

/// Hands out a range of the endlessly repeated block in parts that lie in memory.
fn each_part(
    block: &[u8],
    range: Range<u64>,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut at = range.start;
    while at < range.end {
        let from = usize::try_from(at % BLOCK as u64).unwrap_or(0);
        let left = usize::try_from(range.end - at).unwrap_or(usize::MAX);
        let part = &block[from..block.len().min(from.saturating_add(left))];
        take(part)?;
        at += part.len() as u64;
    }
    Ok(())
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(bytes.len() + bytes.len() / PIECE * 10 + 64);
    for piece in bytes.chunks(PIECE) {
        framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        framed.extend_from_slice(piece);
        framed.extend_from_slice(b"\r\n");
    }
    framed
}

/// Bytes without pattern, the same at every start (xorshift64*).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::{BLOCK, Blobs};

    #[test]
    fn a_blob_has_the_digest_and_size_it_claims() {
        for size in [32, 33, 4096, BLOCK as u64, BLOCK as u64 + 31, 3 * BLOCK as u64 + 5] {
            let blobs = Blobs::new(size).expect("size");
            let blob = blobs.next();
            let mut bytes = Vec::new();
            for from in (0..size).step_by(5_000_000) {
                let to = size.min(from + 5_000_000);
                blobs.write(&blob, from..to, &mut bytes).expect("write");
            }
            assert_eq!(bytes.len() as u64, size);
            let hex: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(blob.digest, format!("sha256:{hex}"));
            assert_ne!(blob.digest, blobs.next().digest);
        }
        assert!(Blobs::new(31).is_err());
    }

    #[test]
    fn the_chunked_form_holds_the_same_bytes() {
        for size in [32, 70_000, BLOCK as u64 + 100_000] {
            let blobs = Blobs::new(size).expect("size");
            let blob = blobs.next();
            let (mut plain, mut chunked) = (Vec::new(), Vec::new());
            blobs.write(&blob, 0..size, &mut plain).expect("write");
            blobs.write_chunked(&blob, &mut chunked).expect("write");
            let (mut rest, mut joined) = (&chunked[..], Vec::new());
            loop {
                let end = rest.iter().position(|byte| *byte == b'\r').expect("size line");
                let text = std::str::from_utf8(&rest[..end]).expect("ASCII");
                let length = usize::from_str_radix(text, 16).expect("hexadecimal");
                joined.extend_from_slice(&rest[end + 2..end + 2 + length]);
                rest = &rest[end + 2 + length + 2..];
                if length == 0 {
                    break;
                }
            }
            assert!(rest.is_empty());
            assert!(plain == joined);
        }
    }
}
