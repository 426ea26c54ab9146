//! Digests as columns of a database hold them.

use registry_core::{Algorithm, Digest};

/// The byte before the raw bytes of a digest. In the order of the algorithms' names, with room between them.
const ALGORITHMS: [(Algorithm, u8); 3] =
    [(Algorithm::Blake3, 0x20), (Algorithm::Sha256, 0x40), (Algorithm::Sha512, 0x60)];

/// A digest as a column holds it: one byte for the algorithm and the raw bytes. They order as the digests' texts do.
#[derive(Clone, Copy)]
pub(super) struct Key {
    bytes: [u8; 65],
    len: usize,
}

impl Key {
    /// What orders before every digest.
    pub(super) const LOWEST: Self = Self { bytes: [0; 65], len: 0 };

    /// Whether there is a place for digests of its algorithm.
    pub(super) const fn is_known(&self) -> bool {
        self.len == 0 || self.bytes[0] != 0
    }

    /// The bytes of the column.
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The digest that a column holds; absent when it holds none.
    pub(super) fn digest(bytes: &[u8]) -> Option<Digest> {
        let (id, raw) = bytes.split_first()?;
        let (algorithm, _) = ALGORITHMS.iter().find(|(_, known)| known == id)?;
        Digest::from_bytes(*algorithm, raw).ok()
    }
}

impl From<&Digest> for Key {
    fn from(digest: &Digest) -> Self {
        let raw = digest.as_bytes();
        let mut key = Self { bytes: [0; 65], len: 1 + raw.len() };
        let known = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == digest.algorithm());
        key.bytes[0] = known.map_or(0, |(_, id)| *id);
        key.bytes[1..key.len].copy_from_slice(raw);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::{ALGORITHMS, Key};
    use registry_core::{Algorithm, Digest};

    #[test]
    fn every_algorithm_has_a_byte_and_keys_order_as_texts_do() {
        assert_eq!(ALGORITHMS.map(|(algorithm, _)| algorithm), Algorithm::ALL);
        let mut digests = Vec::new();
        for (algorithm, _) in ALGORITHMS {
            for fill in [0, 1, 0x7f, 0x80, 0xff] {
                digests.push(Digest::from_bytes(algorithm, &vec![fill; algorithm.len()]).unwrap());
            }
        }
        for a in &digests {
            assert_eq!(Key::digest(Key::from(a).as_slice()), Some(*a));
            for b in &digests {
                let order = Key::from(a).as_slice().cmp(Key::from(b).as_slice());
                assert_eq!(order, a.to_string().cmp(&b.to_string()), "{a} {b}");
            }
        }
    }
}
