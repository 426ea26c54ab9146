//! Tags that are none.

use super::case::{Case, ruled};

const TAGS: [(&str, &str); 8] = [
    ("leading-dot", ".x"),
    ("leading-dash", "-x"),
    ("space", "a%20b"),
    ("escaped-parents", "..%2f..%2fx"),
    ("escaped-dots", "%2e%2e"),
    ("plus", "a+b"),
    ("nul", "a%00b"),
    ("no-utf8", "a%ff"),
];

const SOURCE: &str = "distribution-spec, Pulling manifests: <reference> as a tag";

pub(super) fn cases() -> Vec<Case> {
    let long = "t".repeat(129);
    let tags = TAGS.into_iter().chain([("129-characters", &*long)]);
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for (what, tag) in tags {
        let path = format!("/v2/{{repo}}/manifests/{tag}");
        reads.push(Case::new(format!("tag.{what}.GET"), "GET", &*path).refused(404, &["MANIFEST_UNKNOWN"]));
        let put = Case::new(format!("tag.{what}.PUT"), "PUT", &*path).manifest("{}");
        writes.push(put.refused(400, &["MANIFEST_INVALID"]));
    }
    for (what, tag) in [("leading-dot", ".x"), ("129-characters", &*long)] {
        let path = format!("/v2/{{repo}}/manifests/{tag}");
        let delete = Case::new(format!("tag.{what}.DELETE"), "DELETE", path);
        reads.push(delete.refused(404, &["MANIFEST_UNKNOWN"]));
    }
    let mut cases = ruled(reads, "a malformed tag points to nothing: 404 MANIFEST_UNKNOWN", SOURCE);
    cases.extend(ruled(writes, "nothing is pushed under a malformed tag: 400 MANIFEST_INVALID", SOURCE));
    cases
}
