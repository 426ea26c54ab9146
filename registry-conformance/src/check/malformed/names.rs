//! Repository names that are none.

use super::case::{Case, ruled};

/// What is appended to a good name with a slash, and what it is called.
const COMPONENTS: [(&str, &str); 17] = [
    ("upper-case", "A"),
    ("empty-component", "/x"),
    ("two-dots", "a..b"),
    ("three-underscores", "a___b"),
    ("leading-dash", "-a"),
    ("leading-dot", ".a"),
    ("trailing-dot", "a."),
    ("space", "a%20b"),
    ("plus", "a+b"),
    ("escaped-slash", "a%2Fb"),
    ("escaped-parents", "..%2f..%2fetc"),
    ("escaped-dots", "%2e%2e"),
    ("backslash", "a%5Cb"),
    ("escaped-twice", "a%252Fb"),
    ("nul", "a%00b"),
    ("no-utf8", "a%ff"),
    ("no-escape", "a%zz"),
];

const SOURCE: &str = "distribution-spec, Pulling manifests: <name>; CWE-22";

pub(super) fn cases() -> Vec<Case> {
    let mut reads = Vec::new();
    let mut writes = Vec::new();
    for (what, component) in COMPONENTS {
        let path = format!("/v2/{{repo}}/{component}");
        reads.push(Case::new(format!("name.{what}.GET"), "GET", format!("{path}/tags/list")));
        writes.push(Case::new(format!("name.{what}.POST"), "POST", format!("{path}/blobs/uploads/")));
        writes
            .push(Case::new(format!("name.{what}.PUT"), "PUT", format!("{path}/manifests/x")).manifest("{}"));
    }
    let long = "a".repeat(300);
    reads.push(Case::new("name.300-bytes.GET", "GET", format!("/v2/{{repo}}/{long}/tags/list")));
    writes.push(Case::new("name.300-bytes.POST", "POST", format!("/v2/{{repo}}/{long}/blobs/uploads/")));
    let put = Case::new("name.300-bytes.PUT", "PUT", format!("/v2/{{repo}}/{long}/manifests/x"));
    writes.push(put.manifest("{}"));
    let reads = reads.into_iter().map(|case| case.refused(404, &["NAME_INVALID"])).collect();
    let writes = writes.into_iter().map(|case| case.refused(400, &["NAME_INVALID"])).collect();
    let mut cases = ruled(reads, "a malformed name is nothing to whoever reads: 404 NAME_INVALID", SOURCE);
    cases.extend(ruled(writes, "a malformed name is an error of whoever writes: 400 NAME_INVALID", SOURCE));
    cases
}
