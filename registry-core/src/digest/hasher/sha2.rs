//! The SHA-2 family, whose library saves and restores its own state.

use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

macro_rules! sha2 {
    ($name:ident, $inner:ty, $output:literal, $block:literal, $counter:ty) => {
        /// A stream on its way through the hash function.
        #[derive(Clone, Default)]
        pub(super) struct $name($inner);

        impl $name {
            pub(super) fn update(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }

            /// The hash of what was taken in so far.
            pub(super) fn finish(&self) -> [u8; $output] {
                self.0.clone().finalize().into()
            }

            /// Appends the state to `out`.
            pub(super) fn save(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0.serialize());
            }

            /// The state after `len` bytes, when this is one.
            ///
            /// The state begins with the chaining value and the number of whole blocks; that number must fit the
            /// length, or the padding would count wrongly.
            pub(super) fn restore(state: &[u8], len: u64) -> Option<Self> {
                let serialized = state.try_into().ok()?;
                let counter = state[$output..].first_chunk()?;
                let blocks = <$counter>::from_le_bytes(*counter);
                let fits = blocks == <$counter>::from(len / $block);
                fits.then(|| <$inner>::deserialize(serialized).ok().map(Self))?
            }
        }
    };
}

sha2!(Sha256, sha2::Sha256, 32, 64, u64);
sha2!(Sha512, sha2::Sha512, 64, 128, u128);
