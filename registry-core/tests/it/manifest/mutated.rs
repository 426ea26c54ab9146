//! Bytes that nobody would write: nothing panics, and what is accepted is JSON that is read in one way only.

use proptest::prelude::*;
use registry_core::{Manifest, MediaType};
use serde_json::Value;

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

/// What must hold of every accepted manifest.
fn check_accepted(manifest: &Manifest) {
    let document: Value = serde_json::from_slice(manifest.bytes()).expect("another reader takes it as well");
    let has = |name: &str| document.get(name).is_some();
    assert_eq!(document["schemaVersion"], 2);
    assert!(has("manifests") != has("config") && has("config") == has("layers"));
    assert_eq!(manifest.config().is_some(), has("config"));
    let named = document["mediaType"].as_str();
    assert!(named.is_none_or(|name| name == manifest.media_type().as_str()));
    let again = parse(manifest.bytes(), Some(manifest.media_type())).expect("it was accepted before");
    assert_eq!(&again, manifest);
    assert_eq!((again.layers(), again.children()), (manifest.layers(), manifest.children()));
    assert_eq!((again.subject(), again.annotations()), (manifest.subject(), manifest.annotations()));
    for descriptor in manifest.layers().iter().chain(manifest.children()).chain(manifest.config()) {
        assert!(i64::try_from(descriptor.size).is_ok());
    }
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
        if let Ok(manifest) = parse(&body, declared.as_ref()) {
            check_accepted(&manifest);
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&body, Some(&MediaType::OCI_MANIFEST)).is_err());
        prop_assert!(parse(&body, None).is_err());
    }

    #[test]
    fn arbitrary_text_of_json_tokens_does_not_panic(body in "[\\[\\]{}\",:a0-9.eE+\\\\ tn-]{0,60}") {
        if let Ok(manifest) = parse(&body, Some(&MediaType::OCI_INDEX)) {
            check_accepted(&manifest);
        }
    }
}
