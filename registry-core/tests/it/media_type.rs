use proptest::prelude::*;
use registry_core::{Error, MediaType};

#[test]
fn r26_unknown_types_are_types() {
    for text in [
        "application/vnd.buildkit.cacheconfig.v0",
        "application/vnd.in-toto+json",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "text/plain; charset=\"utf-8\"",
        "a/b",
        "1/2",
    ] {
        let media_type: MediaType = text.parse().unwrap();
        assert_eq!(media_type.as_str(), text);
        assert_eq!(media_type.to_string(), text);
        let json = serde_json::to_string(&media_type).unwrap();
        assert_eq!(serde_json::from_str::<MediaType>(&json).unwrap(), media_type);
    }
}

#[test]
fn what_breaks_the_grammar_is_refused() {
    let long = format!("a/{}", "b".repeat(128));
    let very_long = format!("a/b;{}", "c".repeat(512));
    for text in [
        "",
        "/",
        "a/",
        "/b",
        "a",
        "a/b/c",
        "a b/c",
        "a/b c",
        "é/b",
        "a/b,c/d",
        ".a/b",
        "a/+b",
        "a/b\r\nx: y",
        "a/b;\r\n",
        "a/b;é",
        "a/b; \u{7f}",
        " a/b",
        ";a/b",
        &long,
        &very_long,
    ] {
        assert!(matches!(text.parse::<MediaType>(), Err(Error::InvalidMediaType { .. })), "{text:?}");
    }
}

#[test]
fn c_38_parameters_of_a_content_type_are_dropped() {
    for value in [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.manifest.v1+json; charset=utf-8",
        "application/vnd.oci.image.manifest.v1+json ;charset=utf-8;x=\"\u{e9}\"",
        "\tapplication/vnd.oci.image.manifest.v1+json;",
    ] {
        assert_eq!(MediaType::from_content_type(value).unwrap(), MediaType::OCI_MANIFEST, "{value:?}");
    }
    for value in ["", ";", "application; charset=utf-8", "*/*"] {
        assert!(MediaType::from_content_type(value).is_err(), "{value:?}");
    }
}

#[test]
fn a_parsed_constant_equals_the_constant() {
    for constant in [
        MediaType::OCI_MANIFEST,
        MediaType::OCI_INDEX,
        MediaType::OCI_CONFIG,
        MediaType::OCI_EMPTY,
        MediaType::OCI_LAYER,
        MediaType::OCI_LAYER_GZIP,
        MediaType::OCI_LAYER_ZSTD,
        MediaType::DOCKER_MANIFEST,
        MediaType::DOCKER_LIST,
        MediaType::DOCKER_CONFIG,
        MediaType::DOCKER_LAYER_GZIP,
    ] {
        assert_eq!(constant.as_str().parse::<MediaType>().unwrap(), constant);
    }
}

proptest! {
    #[test]
    fn what_is_accepted_is_kept_and_fits_a_header(text in "[a-z+.]{1,4}/[a-z+.]{1,4}(; ?.{0,4})?|.{0,8}/.{0,8}") {
        if let Ok(media_type) = text.parse::<MediaType>() {
            prop_assert_eq!(media_type.as_str(), &text);
            prop_assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b) || b == b'\t'));
        }
    }
}
