//! SHA-512, whose library saves and restores its own state.

use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

/// A stream on its way through the hash function.
#[derive(Clone, Default)]
pub(super) struct Sha512(sha2::Sha512);

impl Sha512 {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of what was taken in so far.
    pub(super) fn finish(&self) -> [u8; 64] {
        self.0.clone().finalize().into()
    }

    /// Appends the state to `out`.
    pub(super) fn save(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.serialize());
    }

    /// The state after `len` bytes, when this is one.
    ///
    /// The state begins with the chaining value and the number of whole blocks; that number must fit the length, or the
    /// padding would count wrongly.
    pub(super) fn restore(state: &[u8], len: u64) -> Option<Self> {
        let serialized = state.try_into().ok()?;
        let blocks = u128::from_le_bytes(*state[64..].first_chunk()?);
        let fits = blocks == u128::from(len / 128);
        fits.then(|| sha2::Sha512::deserialize(serialized).ok().map(Self))?
    }
}
