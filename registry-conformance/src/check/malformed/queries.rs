//! Parameters that are none.

use super::case::{Case, ruled};
use crate::check::content::OCI_MANIFEST;

pub(super) fn cases() -> Vec<Case> {
    let paging = "distribution-spec, Listing tags: n and last; CVE-2023-2253";
    let mut cases = ruled(bad_numbers(), "n that is no number is refused: 400 UNSUPPORTED", paging);
    cases.extend(ruled(large_numbers(), "n of any size is taken, and what is listed stays limited", paging));
    let rule = "a parameter that is malformed, or given twice with different values, is refused: 400";
    cases.extend(ruled(others(), rule, "distribution-spec, Endpoints; RFC 3986, section 2"));
    cases.extend(ruled(
        tags(),
        "tag parameters are all taken or none",
        "distribution-spec, Pushing manifests: tag",
    ));
    cases
}

const LISTS: [(&str, &str); 2] = [("tags", "/v2/{repo}/tags/list"), ("catalog", "/v2/_catalog")];

fn bad_numbers() -> Vec<Case> {
    let table = [
        ("negative", "n=-1"),
        ("text", "n=abc"),
        ("empty", "n="),
        ("fraction", "n=1.5"),
        ("signed", "n=%2B1"),
        ("exponent", "n=1e3"),
        ("hexadecimal", "n=0x10"),
        ("no-utf8", "n=%ff"),
        ("twice", "n=1&n=2"),
    ];
    let mut cases = Vec::new();
    for (what, query) in table {
        for (list, path) in LISTS {
            let case = Case::new(format!("n.{what}.{list}"), "GET", format!("{path}?{query}"));
            cases.push(case.refused(400, &["UNSUPPORTED"]));
        }
    }
    cases
}

fn large_numbers() -> Vec<Case> {
    let table = [
        ("2-to-31", "2147483648"),
        ("2-to-63", "9223372036854775808"),
        ("2-to-64", "18446744073709551616"),
        ("1000-digits", &*"9".repeat(1000)),
    ]
    .map(|(what, n)| (what, n.to_owned()));
    let mut cases = Vec::new();
    for (what, n) in table {
        for (list, path) in LISTS {
            cases
                .push(Case::new(format!("n.{what}.{list}"), "GET", format!("{path}?n={n}")).answered(&[200]));
        }
    }
    cases
}

fn others() -> Vec<Case> {
    let referrers = "/v2/{repo}/referrers/{image}";
    vec![
        Case::new("query.last-no-utf8", "GET", "/v2/{repo}/tags/list?last=%ff")
            .refused(400, &["UNSUPPORTED"]),
        Case::new("query.last-twice", "GET", "/v2/{repo}/tags/list?last=a&last=b")
            .refused(400, &["UNSUPPORTED"]),
        Case::new("query.artifact-type-malformed", "GET", format!("{referrers}?artifactType=nonsense"))
            .refused(400, &["UNSUPPORTED"]),
        Case::new(
            "query.artifact-type-twice",
            "GET",
            format!("{referrers}?artifactType=a/b&artifactType=c/d"),
        )
        .refused(400, &["UNSUPPORTED"]),
        Case::new("query.digest-twice", "PUT", "{session}?digest={absent}&digest={blob}")
            .body("")
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
        Case::new("query.mount-twice", "POST", "/v2/{new}/blobs/uploads/?mount={absent}&mount={blob}")
            .refused(400, &["UNSUPPORTED", "DIGEST_INVALID"]),
        Case::new("query.no-escape", "GET", "/v2/{repo}/tags/list?%").answered(&[200, 400]),
        Case::new("query.only-separators", "GET", "/v2/{repo}/tags/list?&&=&").answered(&[200, 400]),
    ]
}

fn tags() -> Vec<Case> {
    let push = |id: &str, reference: &str, query: &str| {
        let target = format!("/v2/{{repo}}/manifests/{reference}?{query}");
        Case::new(id, "PUT", target).with("Content-Type", OCI_MANIFEST).body("{bytes}")
    };
    let many = (0..2000).map(|n| format!("tag=t{n}")).collect::<Vec<_>>().join("&");
    vec![
        push("query.tag-malformed", "{image}", "tag=good&tag=.bad").refused(400, &["MANIFEST_INVALID"]),
        push("query.tag-empty", "{image}", "tag=").refused(400, &["MANIFEST_INVALID"]),
        push("query.tag-beside-tag", "other", "tag=more").refused(400, &["UNSUPPORTED"]),
        push("query.tag-2000-times", "{image}", &many).answered(&[414]),
    ]
}
