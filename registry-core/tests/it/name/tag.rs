use std::collections::HashSet;

use registry_core::{AnyDigest, Digest, Error, Tag};

use super::every_string;

#[test]
fn c_4_the_parser_agrees_with_the_grammar_on_every_short_string() {
    every_string(&['a', 'Z', '0', '_', '.', '-', ':', ' ', 'é'], 4, &mut |text| {
        registry_properties::reference::check_tag(text);
    });
}

#[test]
fn c_4_the_longest_tag_has_128_bytes() {
    assert_eq!(Tag::MAX_LEN, 128);
    assert!("a".repeat(128).parse::<Tag>().is_ok());
    assert!(matches!("a".repeat(129).parse::<Tag>(), Err(Error::InvalidTag { .. })));
}

#[test]
fn tags_round_trip_order_by_bytes_and_are_found_by_text() {
    let mut tags = ["b", "_", "a", "B", "1.36", "a.b"].map(|text| text.parse::<Tag>().unwrap());
    tags.sort();
    assert_eq!(tags.each_ref().map(Tag::as_str), ["1.36", "B", "_", "a", "a.b", "b"]);
    for tag in &tags {
        assert_eq!(tag.to_string().parse::<Tag>().unwrap(), *tag);
        let json = serde_json::to_string(tag).unwrap();
        assert_eq!(serde_json::from_str::<Tag>(&json).unwrap(), *tag);
    }
    assert!(serde_json::from_str::<Tag>("\".x\"").is_err());
    assert!(HashSet::from(tags).contains("1.36"));
}

#[test]
fn c_57_the_tag_of_referrers_is_cut_and_cleaned() {
    let hex64 = "0123456789abcdef".repeat(4);
    let hex128 = hex64.repeat(2);
    for (digest, expected) in [
        (format!("sha256:{hex64}"), format!("sha256-{hex64}")),
        (format!("sha512:{hex128}"), format!("sha512-{hex64}")),
        ("test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overall+truncation:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExcerciseEncodedTruncation".to_owned(),
         "test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot".to_owned()),
        ("a.b_c:=".to_owned(), "a.b_c--".to_owned()),
    ] {
        let tag = Tag::of_referrers(&digest.parse::<AnyDigest>().unwrap());
        assert_eq!(tag.as_str(), expected);
        assert_eq!(expected.parse::<Tag>().unwrap(), tag);
    }
    let known = Digest::sha256_of(b"");
    assert_eq!(Tag::of_referrers(&known.into()).as_str(), format!("sha256-{}", known.encoded()));
}
