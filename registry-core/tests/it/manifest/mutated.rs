//! Bytes that nobody would write: nothing panics, and what is accepted is JSON that is read in one way only.

use proptest::prelude::*;
use registry_core::MediaType;

use super::model::models;
use super::parse;

/// Changes at places of a text: what is put there, and how many bytes it replaces.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, Vec<u8>)>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3),
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "0",
            "-",
            ".5",
            "null",
            "true",
            "\\u0000",
            "\\",
            " ",
            "e9",
            "\"size\":0,",
            "\"layers\":[],",
            "\"manifests\":[],",
            "\"schemaVersion\":1,",
            "\"x\":{},",
            "\u{e9}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, piece), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_manifests_are_refused_or_read_in_one_way(
        model in models(),
        changes in changes(),
        declared in prop::option::of(prop::sample::select(vec![MediaType::OCI_MANIFEST, MediaType::OCI_INDEX])),
    ) {
        let mut body = model.document().to_string().into_bytes();
        for (at, replaced, piece) in changes {
            let start = at.index(body.len() + 1);
            let end = (start + replaced).min(body.len());
            body.splice(start..end, piece);
        }
        registry_properties::manifest::check(&body, declared.as_ref());
    }

    #[test]
    fn arbitrary_bytes_are_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&body, Some(&MediaType::OCI_MANIFEST)).is_err());
        prop_assert!(parse(&body, None).is_err());
    }

    #[test]
    fn arbitrary_text_of_json_tokens_does_not_panic(body in "[\\[\\]{}\",:a0-9.eE+\\\\ tn-]{0,60}") {
        registry_properties::manifest::check(body.as_bytes(), Some(&MediaType::OCI_INDEX));
    }
}
