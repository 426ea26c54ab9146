use proptest::prelude::*;
use registry_core::{Algorithm, AnyDigest, Digest, Error};

#[test]
fn c_69_unknown_algorithms_that_fit_the_grammar_pass_and_are_kept() {
    for text in [
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha384:AbC",
        "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
        "sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
        "a.b_c-d+e:=_-0",
        "0:0",
    ] {
        let digest: AnyDigest = text.parse().unwrap();
        assert_eq!(digest.known(), None);
        assert_eq!(digest.to_string(), text);
        assert_eq!(format!("{digest:?}"), text);
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<AnyDigest>(&json).unwrap(), digest);
    }
}

#[test]
fn c_69_a_known_algorithm_must_keep_its_length_and_alphabet() {
    for text in ["sha256:00", "sha512:zz", "blake3:"] {
        assert!(matches!(text.parse::<AnyDigest>(), Err(Error::InvalidDigest { .. })), "{text}");
    }
    let digest = Digest::of(Algorithm::Blake3, b"x");
    let any: AnyDigest = digest.to_string().parse().unwrap();
    assert_eq!(any, AnyDigest::from(digest));
    assert_eq!(any.known(), Some(&digest));
}

#[test]
fn texts_longer_than_512_bytes_are_refused() {
    let text = |len: usize| format!("x:{}", "0".repeat(len - 2));
    assert!(text(512).parse::<AnyDigest>().is_ok());
    assert!(text(513).parse::<AnyDigest>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn t30_the_parser_agrees_with_a_slow_one(
        text in "[a-z0-9+._:-]{0,6}:[a-zA-Z0-9=_-]{0,6}|(sha256|blake3):([0-9a-f]{63,65}|[0-9a-fA-F]{64})|[a:+.=A-]{0,8}"
    ) {
        registry_properties::digest::check(&text);
    }

    #[test]
    fn t30_also_for_texts_of_anything(text in ".{0,4}:.{0,4}|[a-z0-9.]{1,9}:[a-z0-9]{1,9}") {
        registry_properties::digest::check(&text);
    }
}
