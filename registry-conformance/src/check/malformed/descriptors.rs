//! Descriptors that lie.

use super::case::{Case, ruled};
use super::manifests::{descriptor, manifest, refused};

pub(super) fn cases() -> Vec<Case> {
    let rule = "a descriptor with a malformed or false digest or size is refused: 400";
    ruled([digests(), sizes(), shapes()].concat(), rule, "image-spec, Content Descriptors")
}

fn digests() -> Vec<Case> {
    let table = [
        ("no-colon", "md5"),
        ("short", "sha256:abc"),
        ("path", "sha256:../../../../etc/passwd"),
        ("empty", ""),
        ("nothing-behind-the-colon", "sha256:"),
        ("nothing-before-the-colon", ":x"),
        ("upper-case", "sha256:ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"),
    ];
    let layer = |(what, digest): (&str, &str)| {
        refused(&format!("descriptor.digest-{what}"), manifest(&descriptor(digest, "2"), ""))
    };
    table.into_iter().map(layer).collect()
}

fn sizes() -> Vec<Case> {
    let table = [
        ("negative", "-1"),
        ("fraction", "2.0"),
        ("exponent", "2e0"),
        ("text", "\"2\""),
        ("null", "null"),
        ("too-large", "99999999999999999999999"),
        ("boolean", "true"),
    ];
    let layer = |(what, size): (&str, &str)| {
        refused(&format!("descriptor.size-{what}"), manifest(&descriptor("{blob}", size), ""))
    };
    let mut cases: Vec<Case> = table.into_iter().map(layer).collect();
    let other = refused("descriptor.size-of-another", manifest(&descriptor("{blob}", "3"), ""));
    cases.push(other.refused(400, &["MANIFEST_INVALID", "SIZE_INVALID"]));
    cases
}

fn shapes() -> Vec<Case> {
    let subject = |digest: &str| format!(",\"subject\":{}", descriptor(digest, "1"));
    let data =
        "{\"mediaType\":\"application/vnd.example\",\"digest\":\"{blob}\",\"size\":2,\"data\":\"AAA=\"}";
    vec![
        refused("descriptor.null", manifest("null", "")),
        refused("descriptor.empty", manifest("{}", "")),
        refused("descriptor.text", manifest("\"{blob}\"", "")),
        refused("descriptor.subject-no-digest", manifest("", &subject("foo"))),
        refused("descriptor.subject-text", manifest("", ",\"subject\":\"{image}\"")),
        refused("descriptor.data-of-another", manifest(data, "")),
        refused("descriptor.no-media-type", manifest("{\"digest\":\"{blob}\",\"size\":2}", "")),
        refused("descriptor.absent", manifest(&descriptor("{absent}", "2"), ""))
            .refused(400, &["MANIFEST_BLOB_UNKNOWN"]),
        refused("descriptor.annotations-list", manifest("", ",\"annotations\":[]")),
        refused("descriptor.annotation-number", manifest("", ",\"annotations\":{\"a\":1}")),
    ]
}
