//! Content embedded in descriptors (C-70, C-71).

use proptest::prelude::*;
use registry_core::{Algorithm, Digest, Manifest, Result};
use serde_json::{Value, json};

use super::{OCI_MANIFEST, image, parse, with};

/// The textbook encoder, as a second opinion.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut text: String = bits
        .chunks(6)
        .map(|six| six.iter().chain(&[0; 6]).take(6).fold(0, |value, bit| value << 1 | usize::from(*bit)))
        .map(|value| char::from(ALPHABET[value]))
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn parse_with(data: &str, digest: &str, size: usize) -> Result<Manifest> {
    let config = json!({"mediaType": "a/b", "digest": digest, "size": size, "data": data});
    let body: Value = with(image(OCI_MANIFEST), &json!({"config": config}));
    parse(body.to_string(), None)
}

fn reason(data: &str, content: &[u8]) -> String {
    let digest = Digest::sha256_of(content).to_string();
    parse_with(data, &digest, content.len()).unwrap_err().to_string()
}

#[test]
fn c_70_published_examples_decode() {
    // RFC 4648, section 10.
    for (content, data) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
        ("{}", "e30="),
    ] {
        let digest = Digest::sha256_of(content.as_bytes()).to_string();
        let manifest = parse_with(data, &digest, content.len()).unwrap();
        assert_eq!(manifest.config().unwrap().data.as_deref(), Some(data));
    }
}

#[test]
fn c_70_what_is_no_base64_is_refused() {
    for data in [
        "Z", "Zg", "Zg=", "Zm8", "Zm9vY", "Zg===", "====", "=", "Z===", "Zg==Zg==", "Zm9v====", "Zm=v",
        "Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zm9v!AAA", "Zh==", "Zm9=", "é",
    ] {
        let reason = reason(data, b"foo");
        assert!(reason.contains("config.data is no base64"), "{data:?}: {reason}");
    }
}

#[test]
fn c_70_data_is_the_content_that_size_and_digest_say() {
    assert!(reason("Zm9v", b"bar").contains("config.data has not the digest"));
    assert!(reason("Zm9v", b"fo").contains("config.data has not the size"));
    assert!(reason("Zm9v", b"").contains("config.data has not the size"));
    assert!(reason("", b"x").contains("config.data has not the size"));
    // The content of an unknown algorithm can only be measured.
    assert!(parse_with("Zm9v", "md5:00", 3).is_ok());
    assert!(parse_with("Zm9v", "md5:00", 4).is_err());
}

proptest! {
    #[test]
    fn any_content_is_verified(
        content in prop::collection::vec(any::<u8>(), 0..8000),
        algorithm in prop::sample::select(Algorithm::ALL.to_vec()),
        flip in any::<prop::sample::Index>(),
    ) {
        let digest = Digest::of(algorithm, &content).to_string();
        let data = base64(&content);
        prop_assert!(parse_with(&data, &digest, content.len()).is_ok());
        if !content.is_empty() {
            let mut other = content.clone();
            other[flip.index(content.len())] ^= 1;
            prop_assert!(parse_with(&base64(&other), &digest, content.len()).is_err());
        }
    }
}
