//! Digests and hashing.

use registry_core::{Algorithm, AnyDigest, Digest, Error, Hasher, Tag};

use crate::mold::Mold;

/// A text is a digest exactly when it follows the grammar, and is written as it came.
pub fn check(text: &str) {
    let any = text.parse::<AnyDigest>();
    assert_eq!(any.is_ok(), is_digest(text), "{text:?} gave {any:?}");
    match (&any, text.parse::<Digest>()) {
        (Ok(AnyDigest::Known(any)), Ok(known)) => check_known(*any, known),
        (Ok(AnyDigest::Unknown(_)), Err(Error::UnsupportedAlgorithm { algorithm })) => {
            let name: String = text.split(':').next().unwrap_or_default().chars().take(128).collect();
            assert_eq!(*algorithm, *name);
        }
        (Err(any), Err(known)) => assert_eq!(*any, known),
        (any, known) => panic!("{text:?} is {any:?} and {known:?}"),
    }
    if let Err(Error::InvalidDigest { input, .. }) = &any {
        assert!(input.chars().count() <= 128, "the error quotes {} characters", input.chars().count());
    }
    let json = serde_json::to_string(text).expect("text is JSON");
    let read = serde_json::from_str::<AnyDigest>(&json);
    assert_eq!(read.as_ref().ok(), any.as_ref().ok(), "{text:?} is read from JSON as {read:?}");
    if let Ok(any) = any {
        assert_eq!(any.to_string(), text);
        let tag = Tag::of_referrers(&any);
        assert_eq!(tag.as_str().parse().as_ref(), Ok(&tag), "no tag stands for the referrers of {text:?}");
    }
}

fn check_known(any: Digest, known: Digest) {
    assert_eq!(any, known);
    assert_eq!(Digest::from_bytes(known.algorithm(), known.as_bytes()), Ok(known));
    assert_eq!(format!("{}:{}", known.algorithm(), known.encoded()), known.to_string());
}

/// Bytes have the same digests however they are cut, with the hasher saved and restored at each cut; and any bytes are
/// a saved state or are refused.
///
/// The first byte chooses the algorithms, the second the length of the pieces.
pub fn check_hashing(bytes: &[u8]) {
    let mut mold = Mold::new(bytes);
    let (which, piece) = (mold.byte(), usize::from(mold.byte()) + 1);
    let content = mold.rest();
    let chosen = |(index, _): &(usize, Algorithm)| which >> index & 1 == 1;
    let mut algorithms: Vec<Algorithm> =
        Algorithm::ALL.into_iter().enumerate().filter(chosen).map(|(_, algorithm)| algorithm).collect();
    if algorithms.is_empty() {
        algorithms.push(Algorithm::Sha256);
    }
    let mut hasher = Hasher::with_algorithms(&algorithms);
    for piece in content.chunks(piece) {
        hasher = Hasher::restore(&hasher.save()).expect("it was just saved");
        hasher.update(piece);
    }
    assert_eq!(hasher.bytes_hashed(), content.len() as u64);
    for algorithm in algorithms {
        assert_eq!(hasher.digest(algorithm), Some(Digest::of(algorithm, content)), "in pieces of {piece}");
    }
    if let Ok(restored) = Hasher::restore(content) {
        assert_eq!(restored.save(), content, "a state has two forms");
    }
}

/// `algorithm ":" encoded` of the image specification, read character by character with no cleverness.
pub(crate) fn is_digest(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let Some(colon) = characters.iter().position(|c| *c == ':') else { return false };
    let (algorithm, encoded) = (&characters[..colon], &characters[colon + 1..]);
    let is_component = |c: &char| c.is_ascii_digit() || c.is_ascii_lowercase();
    let mut previous_is_component = false;
    for character in algorithm {
        let now = is_component(character);
        if !now && (!previous_is_component || !"+._-".contains(*character)) {
            return false;
        }
        previous_is_component = now;
    }
    let name: String = algorithm.iter().collect();
    let well_formed = previous_is_component
        && !encoded.is_empty()
        && encoded.iter().all(|c| c.is_ascii_alphanumeric() || "=_-".contains(*c));
    let Some(length) = hex_length(&name) else { return well_formed && text.len() <= 512 };
    well_formed && encoded.len() == length && encoded.iter().all(|c| "0123456789abcdef".contains(*c))
}

/// Whether the text is a digest of an algorithm that can be computed.
pub(crate) fn is_known_digest(text: &str) -> bool {
    is_digest(text) && text.split(':').next().is_some_and(|name| hex_length(name).is_some())
}

fn hex_length(algorithm: &str) -> Option<usize> {
    match algorithm {
        "sha256" | "blake3" => Some(64),
        "sha512" => Some(128),
        _ => None,
    }
}
