//! Hashing of streams.

mod blake3;
mod lanes;
mod saved;
mod sha256;
mod sha512;

use std::fmt;

use self::blake3::Blake3;
pub(super) use self::sha256::Sha256;
use self::sha512::Sha512;
use super::{Algorithm, Digest};
use crate::Result;

/// Hashes a stream, under several algorithms at once where that is wanted.
///
/// The state between two updates can be saved and restored, so that an upload goes on in another process without
/// reading its bytes back. How the stream is cut into updates does not matter to the result; pieces of 64 KiB or more
/// are hashed at the full speed of the processor.
///
/// ```
/// use registry_core::{Algorithm, Digest, Hasher};
///
/// let mut hasher = Hasher::with_algorithms(&[Algorithm::Sha256, Algorithm::Blake3]);
/// hasher.update(b"hello ");
/// let saved = hasher.save();
///
/// let mut hasher = Hasher::restore(&saved)?;
/// hasher.update(b"world");
/// assert_eq!(hasher.bytes_hashed(), 11);
/// assert_eq!(hasher.digest(Algorithm::Sha256), Some(Digest::sha256_of(b"hello world")));
/// assert_eq!(hasher.digest(Algorithm::Blake3), Some(Digest::of(Algorithm::Blake3, b"hello world")));
/// assert_eq!(hasher.digest(Algorithm::Sha512), None);
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Hasher {
    bytes: u64,
    sha256: Option<Sha256>,
    sha512: Option<Box<Sha512>>,
    blake3: Option<Box<Blake3>>,
}

impl Hasher {
    /// A hasher of one algorithm that has seen no bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self::with_algorithms(&[algorithm])
    }

    /// A hasher of all these algorithms that has seen no bytes.
    ///
    /// An algorithm named twice is computed once. With none named it is [`Algorithm::Sha256`].
    #[must_use]
    pub fn with_algorithms(algorithms: &[Algorithm]) -> Self {
        let wants = |algorithm| algorithms.contains(&algorithm);
        Self {
            bytes: 0,
            sha256: (wants(Algorithm::Sha256) || algorithms.is_empty()).then(Sha256::default),
            sha512: wants(Algorithm::Sha512).then(Box::default),
            blake3: wants(Algorithm::Blake3).then(Box::default),
        }
    }

    /// Takes in the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.wrapping_add(bytes.len() as u64);
        if let Some(state) = &mut self.sha256 {
            state.update(bytes);
        }
        if let Some(state) = &mut self.sha512 {
            state.update(bytes);
        }
        if let Some(state) = &mut self.blake3 {
            state.update(bytes);
        }
    }

    /// How many bytes were taken in, those before a restore included.
    #[must_use]
    pub const fn bytes_hashed(&self) -> u64 {
        self.bytes
    }

    /// The algorithms it computes, in the order of their names.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        Algorithm::ALL.into_iter().filter(|algorithm| match algorithm {
            Algorithm::Blake3 => self.blake3.is_some(),
            Algorithm::Sha256 => self.sha256.is_some(),
            Algorithm::Sha512 => self.sha512.is_some(),
        })
    }

    /// The digest of what was taken in so far; `None` when the algorithm is not among those it computes.
    ///
    /// The hasher is unchanged and can go on.
    #[must_use]
    pub fn digest(&self, algorithm: Algorithm) -> Option<Digest> {
        match algorithm {
            Algorithm::Blake3 => self.blake3.as_ref().map(|state| Digest::from_blake3(state.finish())),
            Algorithm::Sha256 => self.sha256.as_ref().map(|state| Digest::from_sha256(state.finish())),
            Algorithm::Sha512 => self.sha512.as_ref().map(|state| Digest::from_sha512(state.finish())),
        }
    }

    /// The whole state in a compact form that [`Hasher::restore`] reads, here or in another process.
    ///
    /// About 130 bytes for SHA-256, 230 for SHA-512, and for BLAKE3 at most 1 KiB and 32 bytes per doubling of the
    /// length. The form has a version; a later version of this library reads what an earlier one has saved, or
    /// refuses it, and never goes on from a wrong state.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        saved::write(self)
    }

    /// The hasher that was saved as `state`.
    ///
    /// # Errors
    /// [`Error::InvalidHasherState`](crate::Error::InvalidHasherState) when the state is damaged or of a version that
    /// this library does not know.
    pub fn restore(state: &[u8]) -> Result<Self> {
        saved::read(state)
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("algorithms", &self.algorithms().collect::<Vec<_>>())
            .field("bytes_hashed", &self.bytes)
            .finish()
    }
}
