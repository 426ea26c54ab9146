mod algorithm;
mod any;
mod hasher;
mod saved;

use proptest::prelude::*;
use registry_core::{Algorithm, Digest, Error};

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Any digest of a known algorithm.
pub(crate) fn digests() -> impl Strategy<Value = Digest> {
    (0..3usize, prop::array::uniform32(any::<u8>()), prop::array::uniform32(any::<u8>())).prop_map(
        |(which, low, high)| match which {
            0 => Digest::from_blake3(low),
            1 => Digest::from_sha256(low),
            _ => Digest::from_bytes(Algorithm::Sha512, &[low, high].concat()).unwrap(),
        },
    )
}

#[test]
fn published_digests_of_known_inputs() {
    // FIPS 180-4 examples and the BLAKE3 test vectors.
    for (algorithm, input, expected) in [
        (Algorithm::Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Algorithm::Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Algorithm::Sha512,
            "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (Algorithm::Blake3, "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    ] {
        let digest = Digest::of(algorithm, input.as_bytes());
        assert_eq!(digest.encoded(), expected);
        assert_eq!(digest.to_string(), format!("{algorithm}:{expected}"));
        assert_eq!(format!("{digest:?}"), digest.to_string());
        assert_eq!(digest.algorithm(), algorithm);
        assert_eq!(digest.as_bytes().len(), algorithm.len());
    }
    assert_eq!(Digest::sha256_of(b"").to_string(), EMPTY);
}

#[test]
fn t30_only_lower_case_hex_of_the_exact_length_is_a_digest() {
    let hex = |c: &str, n| c.repeat(n);
    for text in [
        format!("sha256:{}", hex("A", 64)),
        format!("sha256:{}F", hex("0", 63)),
        format!("sha256:{}", hex("g", 64)),
        format!("sha256:{}", hex("0", 63)),
        format!("sha256:{}", hex("0", 65)),
        format!("sha256:{}", hex("0", 128)),
        format!("sha512:{}", hex("0", 64)),
        format!("sha512:{}", hex("0", 127)),
        format!("blake3:{}", hex("0", 128)),
        format!("SHA256:{}", hex("0", 64)),
        format!("Sha256:{}", hex("0", 64)),
        format!(" sha256:{}", hex("0", 64)),
        format!("sha256:{} ", hex("0", 64)),
        format!("sha256:{}\n", hex("0", 64)),
        format!("sha256::{}", hex("0", 64)),
        format!("sha256-{}", hex("0", 64)),
        format!("sha256:{}é", hex("0", 62)),
        format!("sha256:{}", hex("\u{ff10}", 64)),
        "sha256:../../../../etc/passwd".to_owned(),
        "sha256:baddigeststring".to_owned(),
        "sha256:".to_owned(),
        ":".to_owned(),
        String::new(),
        "foo".to_owned(),
    ] {
        let error = text.parse::<Digest>().unwrap_err();
        assert!(matches!(error, Error::InvalidDigest { .. }), "{text:?} gave {error:?}");
    }
    for text in [
        format!("sha256:{}", hex("0", 64)),
        format!("sha512:{}", hex("f", 128)),
        format!("blake3:{}", hex("9a", 32)),
    ] {
        assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
    }
}

#[test]
fn c_18_a_well_formed_digest_of_an_unknown_algorithm_is_unsupported() {
    for text in ["md5:d41d8cd98f00b204e9800998ecf8427e", "sha384:00", "a+b:c"] {
        let error = text.parse::<Digest>().unwrap_err();
        let algorithm = text.split(':').next().unwrap().into();
        assert_eq!(error, Error::UnsupportedAlgorithm { algorithm });
    }
}

#[test]
fn raw_bytes_must_have_the_length_of_the_algorithm() {
    for algorithm in Algorithm::ALL {
        for len in [0, 31, 32, 33, 63, 64, 65] {
            let digest = Digest::from_bytes(algorithm, &vec![7; len]);
            assert_eq!(digest.is_ok(), len == algorithm.len(), "{algorithm} with {len}");
        }
    }
}

#[test]
fn an_error_quotes_at_most_128_characters() {
    let Err(Error::InvalidDigest { input, .. }) = "é".repeat(10_000).parse::<Digest>() else {
        panic!("it must be refused");
    };
    assert_eq!(input.chars().count(), 128);
}

#[test]
fn formatting_honours_a_width() {
    let digest = Digest::sha256_of(b"");
    assert_eq!(format!("{digest:>75}"), format!("    {EMPTY}"));
    assert_eq!(format!("{digest:<75}|"), format!("{EMPTY}    |"));
}

#[test]
fn json_is_the_text_and_is_checked() {
    let digest = Digest::sha256_of(b"");
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(json, format!("\"{EMPTY}\""));
    assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    let upper = json.to_uppercase();
    assert!(serde_json::from_str::<Digest>(&upper).is_err());
    assert!(serde_json::from_str::<Digest>("\"md5:00\"").is_err());
}

proptest! {
    #[test]
    fn text_and_bytes_round_trip(digest in digests()) {
        prop_assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        prop_assert_eq!(Digest::from_bytes(digest.algorithm(), digest.as_bytes()).unwrap(), digest);
    }

    #[test]
    fn t30_what_is_accepted_is_written_as_it_came(text in "(sha256|sha512|blake3|sha384):[0-9a-fA-F]{62,66}|.{0,80}") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }

    #[test]
    fn digests_order_as_their_texts(a in digests(), b in digests()) {
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }
}
