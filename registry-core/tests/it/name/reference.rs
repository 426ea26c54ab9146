use registry_core::{Digest, Error, Reference};

#[test]
fn c_5_a_colon_decides_between_tag_and_digest() {
    let digest = Digest::sha256_of(b"");
    assert_eq!(digest.to_string().parse::<Reference>().unwrap(), Reference::from(digest));
    let tag: Reference = "sha256".parse().unwrap();
    assert_eq!(tag, Reference::Tag("sha256".parse().unwrap()));
    for reference in [tag, Reference::from(digest)] {
        assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference);
    }
}

#[test]
fn c_5_a_malformed_digest_is_not_taken_for_a_tag() {
    let error = |text: &str| text.parse::<Reference>().unwrap_err();
    assert!(matches!(error("sha256:abc"), Error::InvalidDigest { .. }));
    assert!(matches!(error("sha256:baddigeststring"), Error::InvalidDigest { .. }));
    assert!(matches!(error("md5:00"), Error::UnsupportedAlgorithm { .. }));
    assert!(matches!(error("v1:"), Error::InvalidDigest { .. }));
    assert!(matches!(error(""), Error::InvalidTag { .. }));
    assert!(matches!(error(".x"), Error::InvalidTag { .. }));
    assert!(matches!(error("a/b"), Error::InvalidTag { .. }));
}
