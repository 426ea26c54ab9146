//! Content that is embedded in a descriptor (image-spec, "Embedded Content").

use crate::{Descriptor, Hasher};

/// Checks that `data` is the descriptor's content in base64 (RFC 4648, section 4: with padding, nothing else).
///
/// The digest is held against the content when its algorithm is known.
pub(super) fn verify(data: &str, descriptor: &Descriptor) -> Result<(), &'static str> {
    let mut hasher = descriptor.known_digest().map(|digest| Hasher::new(digest.algorithm()));
    let mut size = 0;
    decode(data.as_bytes(), |bytes| {
        size += bytes.len() as u64;
        if let Some(hasher) = &mut hasher {
            hasher.update(bytes);
        }
    })?;
    if size != descriptor.size {
        return Err("has not the size that the descriptor says");
    }
    match descriptor.known_digest().zip(hasher) {
        Some((digest, hasher)) if hasher.digest(digest.algorithm()) != Some(*digest) => {
            Err("has not the digest that the descriptor says")
        }
        _ => Ok(()),
    }
}

/// Hands over what the text stands for, in pieces, so that the whole is never in memory twice.
fn decode(text: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), &'static str> {
    let (quads, rest) = text.as_chunks::<4>();
    if !rest.is_empty() {
        return Err("is no base64: its length is no multiple of four");
    }
    let Some((last, quads)) = quads.split_last() else { return Ok(()) };
    let mut buffer = [0; PIECE * 3];
    for piece in quads.chunks(PIECE) {
        for (bytes, quad) in buffer.as_chunks_mut::<3>().0.iter_mut().zip(piece) {
            *bytes = triple(*quad)?;
        }
        each(&buffer[..piece.len() * 3]);
    }
    let padding = last.iter().rev().take_while(|b| **b == b'=').count().min(2);
    let mut last = *last;
    last[4 - padding..].fill(b'A');
    let bytes = triple(last)?;
    let (bytes, unused) = bytes.split_at(3 - padding);
    if unused.iter().any(|b| *b != 0) {
        return Err("is no base64: bits behind its end are set");
    }
    each(bytes);
    Ok(())
}

/// How many groups of four characters are decoded at a time.
const PIECE: usize = 1024;

fn triple(quad: [u8; 4]) -> Result<[u8; 3], &'static str> {
    let mut bits = 0;
    for character in quad {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err("is no base64: it holds a character outside the alphabet"),
        };
        bits = bits << 6 | u32::from(value);
    }
    let [_, bytes @ ..] = bits.to_be_bytes();
    Ok(bytes)
}
