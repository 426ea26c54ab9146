//! The saved form of a hasher.
//!
//! ```text
//! version  bytes hashed  ( algorithm  length  state )*   check
//! 1 byte   8 bytes         1 byte     2 bytes …          8 bytes      numbers little-endian
//! ```
//!
//! The check is the beginning of the SHA-256 of all that stands before it. It finds damage; it does not stop forgery.

use super::{Blake3, Hasher, Sha256, Sha512};
use crate::{Algorithm, Digest, Error, Result};

const VERSION: u8 = 1;
const CHECK_LEN: usize = 8;

/// The longest stream whose length every algorithm can count, and far more than there ever was: 2 EiB.
const MAX_LEN: u64 = u64::MAX / 8;

pub(super) fn write(hasher: &Hasher) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    out.push(VERSION);
    out.extend_from_slice(&hasher.bytes.to_le_bytes());
    if let Some(state) = &hasher.sha256 {
        section(&mut out, Algorithm::Sha256, |out| state.save(out));
    }
    if let Some(state) = &hasher.sha512 {
        section(&mut out, Algorithm::Sha512, |out| state.save(out));
    }
    if let Some(state) = &hasher.blake3 {
        section(&mut out, Algorithm::Blake3, |out| state.save(out));
    }
    let check = check(&out);
    out.extend_from_slice(&check);
    out
}

pub(super) fn read(state: &[u8]) -> Result<Hasher> {
    let (body, expected) = state
        .len()
        .checked_sub(CHECK_LEN)
        .and_then(|len| state.split_at_checked(len))
        .ok_or_else(|| invalid("it is too short"))?;
    if check(body) != expected {
        return Err(invalid("it is damaged"));
    }
    let (version, body) = body.split_first().ok_or_else(|| invalid("it is too short"))?;
    if *version != VERSION {
        return Err(invalid("its version is unknown"));
    }
    let (bytes, mut rest) = body.split_first_chunk().ok_or_else(|| invalid("it is too short"))?;
    let bytes = u64::from_le_bytes(*bytes);
    if bytes > MAX_LEN {
        return Err(invalid("its length is impossible"));
    }
    let mut hasher = Hasher { bytes, sha256: None, sha512: None, blake3: None };
    while !rest.is_empty() {
        rest = read_section(&mut hasher, rest)
            .ok_or_else(|| invalid("the state of an algorithm is malformed"))?;
    }
    if hasher.algorithms().next().is_none() {
        return Err(invalid("it holds no algorithm"));
    }
    Ok(hasher)
}

fn section(out: &mut Vec<u8>, algorithm: Algorithm, save: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[tag(algorithm), 0, 0]);
    let start = out.len();
    save(out);
    // A state has at most a few thousand bytes.
    let len = u16::try_from(out.len() - start).unwrap_or(u16::MAX);
    out[start - 2..start].copy_from_slice(&len.to_le_bytes());
}

/// Reads one algorithm's state into the hasher and returns what follows; `None` when it is malformed or a repetition.
fn read_section<'a>(hasher: &mut Hasher, section: &'a [u8]) -> Option<&'a [u8]> {
    let ([tag_byte, low, high], rest) = section.split_first_chunk()?;
    let (state, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([*low, *high])))?;
    let algorithm = Algorithm::ALL.into_iter().find(|algorithm| tag(*algorithm) == *tag_byte)?;
    if hasher.algorithms().any(|present| present == algorithm) {
        return None;
    }
    match algorithm {
        Algorithm::Blake3 => hasher.blake3 = Some(Box::new(Blake3::restore(state, hasher.bytes)?)),
        Algorithm::Sha256 => hasher.sha256 = Some(Sha256::restore(state, hasher.bytes)?),
        Algorithm::Sha512 => hasher.sha512 = Some(Box::new(Sha512::restore(state, hasher.bytes)?)),
    }
    Some(rest)
}

/// What stands for the algorithm in the saved form, whatever becomes of the order of the variants.
const fn tag(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Sha256 => 1,
        Algorithm::Sha512 => 2,
        Algorithm::Blake3 => 3,
    }
}

fn check(body: &[u8]) -> [u8; CHECK_LEN] {
    let digest = Digest::sha256_of(body);
    std::array::from_fn(|i| digest.as_bytes()[i])
}

const fn invalid(reason: &'static str) -> Error {
    Error::InvalidHasherState { reason }
}
