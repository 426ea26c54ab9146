//! SHA-256, whose library saves and restores its own state.

use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

use super::lanes::{self, BLOCK};

/// Where the number of whole blocks stands in the saved state: behind the chaining value.
const BLOCKS: usize = 32;
/// Where that number ends.
const BUFFER: usize = BLOCKS + 8;
/// From so many bytes on, saving and restoring the state costs nothing beside hashing.
const BULK: usize = 4096;

/// A stream on its way through the hash function.
#[derive(Clone, Default)]
pub(in crate::digest) struct Sha256 {
    inner: sha2::Sha256,
    /// How many bytes of a block wait for the rest of it.
    waiting: usize,
}

impl Sha256 {
    pub(in crate::digest) fn update(&mut self, bytes: &[u8]) {
        let rest = if bytes.len() >= BULK && lanes::are_faster() { self.bulk(bytes) } else { bytes };
        self.inner.update(rest);
        self.waiting = (self.waiting + rest.len()) % BLOCK;
    }

    /// Takes in as many whole blocks as the lanes take; answers what is left.
    fn bulk<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (head, bytes) = bytes.split_at((BLOCK - self.waiting) % BLOCK);
        self.inner.update(head);
        self.waiting = 0;
        let mut saved = self.inner.serialize();
        let (state, rest) = saved.split_at_mut(BLOCKS);
        let (Some(state), Some(count)) = (state.first_chunk_mut(), rest.first_chunk_mut()) else {
            return bytes;
        };
        let mut words = words(state);
        let (taken, left) = lanes::compress(&mut words, bytes);
        *count = (u64::from_le_bytes(*count) + taken).to_le_bytes();
        for (four, word) in state.chunks_exact_mut(4).zip(words) {
            four.copy_from_slice(&word.to_le_bytes());
        }
        match sha2::Sha256::deserialize(&saved) {
            Ok(inner) => {
                self.inner = inner;
                left
            }
            // What has just been saved is always restored; if not, nothing was taken in.
            Err(_) => bytes,
        }
    }

    /// The hash of what was taken in so far.
    pub(in crate::digest) fn finish(&self) -> [u8; 32] {
        self.inner.clone().finalize().into()
    }

    /// Appends the state to `out`.
    pub(super) fn save(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.inner.serialize());
    }

    /// The state after `len` bytes, when this is one.
    ///
    /// The state begins with the chaining value and the number of whole blocks; that number must fit the length, or the
    /// padding would count wrongly.
    pub(super) fn restore(state: &[u8], len: u64) -> Option<Self> {
        let serialized = state.try_into().ok()?;
        let blocks = u64::from_le_bytes(*state.get(BLOCKS..BUFFER)?.first_chunk()?);
        let fits = blocks == len / BLOCK as u64;
        let inner = fits.then(|| sha2::Sha256::deserialize(serialized).ok())??;
        Some(Self { inner, waiting: usize::try_from(len % BLOCK as u64).ok()? })
    }
}

/// The chaining value, as the library writes it.
fn words(state: &[u8; BLOCKS]) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, four) in words.iter_mut().zip(state.as_chunks().0) {
        *word = u32::from_le_bytes(*four);
    }
    words
}
