//! Headers that are malformed, too large, or forged.

use super::case::{Case, ruled};
use crate::check::content::OCI_MANIFEST;

pub(super) fn cases() -> Vec<Case> {
    let conditions = "RFC 9110, section 13.1: no write goes ahead on a condition that is not understood";
    let mut cases = ruled(preconditions(), "a write on a malformed condition is refused: 400", conditions);
    let rule = "addresses are made of nothing that a client forges";
    cases.extend(ruled(forged(), rule, "CWE-601; CWE-644: Host and X-Forwarded-Host"));
    let rule = "heads and targets have a limit, which is told: 431 or 414";
    cases.extend(ruled(large(), rule, "RFC 6585, section 5; RFC 9110, section 15.5.15"));
    cases.extend(ruled(
        odd(),
        "an odd header is no fault of the registry",
        "RFC 9110, sections 5.5 and 10.1.1",
    ));
    cases
}

fn preconditions() -> Vec<Case> {
    let put = |id: &str| {
        Case::new(id, "PUT", "/v2/{repo}/manifests/latest").with("Content-Type", OCI_MANIFEST).body("{bytes}")
    };
    let delete = |id: &str| Case::new(id, "DELETE", "/v2/{repo}/manifests/latest");
    vec![
        put("if-match.text.PUT").with("If-Match", "nonsense").refused(400, &["UNSUPPORTED"]),
        put("if-match.unclosed.PUT").with("If-Match", "\"x").refused(400, &["UNSUPPORTED"]),
        put("if-none-match.no-comma.PUT").with("If-None-Match", "\"x\" \"y\"").refused(400, &["UNSUPPORTED"]),
        put("if-match.beside-if-none-match.PUT")
            .with("If-Match", "*")
            .with("If-None-Match", "*")
            .refused(400, &["UNSUPPORTED"]),
        delete("if-match.text.DELETE").with("If-Match", "nonsense").refused(400, &["UNSUPPORTED"]),
        delete("if-match.empty.DELETE").with("If-Match", "").refused(400, &["UNSUPPORTED"]),
    ]
}

fn forged() -> Vec<Case> {
    let start = |id: &str| {
        let case = Case::new(id, "POST", "/v2/{repo}/blobs/uploads/").body("");
        case.answered(&[202]).lacking("evil")
    };
    let host = "POST /v2/{repo}/blobs/uploads/ HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n";
    vec![
        start("forged.x-forwarded-host").with("X-Forwarded-Host", "evil.example"),
        start("forged.forwarded").with("Forwarded", "host=evil.example;proto=https"),
        start("forged.x-forwarded-proto")
            .with("X-Forwarded-Proto", "https\"evil")
            .with("X-Forwarded-Port", "443"),
        start("forged.x-forwarded-prefix").with("X-Forwarded-Prefix", "//evil.example"),
        start("forged.x-original-url").with("X-Original-URL", "//evil.example/v2/"),
        Case::raw("forged.host", host).answered(&[202]).lacking("evil"),
        Case::new("forged.method", "POST", "/v2/{repo}/manifests/latest")
            .with("X-HTTP-Method-Override", "DELETE")
            .body("")
            .refused(405, &["UNSUPPORTED"]),
    ]
}

fn large() -> Vec<Case> {
    let get = |id: &str| Case::new(id, "GET", "/v2/");
    let many: String = (0..5000).map(|n| format!("X-Many-{n}: x\r\n")).collect();
    vec![
        get("large.header-2-mib").with("X-Large", "x".repeat(2 << 20)).answered(&[431]),
        Case::raw("large.5000-headers", format!("GET /v2/ HTTP/1.1\r\nHost: a\r\n{many}\r\n"))
            .answered(&[400, 431]),
        Case::new("large.query-1-mib", "GET", format!("/v2/{{repo}}/tags/list?x={}", "x".repeat(1 << 20)))
            .answered(&[414, 431]),
        Case::new("large.path-1-mib", "GET", format!("/v2/{}/tags/list", "a/".repeat(1 << 19)))
            .answered(&[404, 414, 431]),
        Case::new("large.name-6000-bytes", "GET", format!("/v2/{}/tags/list", "a".repeat(6000)))
            .refused(404, &["NAME_INVALID"]),
        Case::new("large.manifest-32-mib", "PUT", "/v2/{repo}/manifests/refused")
            .manifest("{}")
            .padded(32 << 20)
            .refused(413, &["MANIFEST_INVALID", "SIZE_INVALID"]),
    ]
}

fn odd() -> Vec<Case> {
    let read = |id: &str| Case::new(id, "GET", "/v2/{repo}/manifests/latest");
    let get = |id: &str| read(id).with("Accept", OCI_MANIFEST);
    let raw = |id: &str, head: &str| {
        Case::raw(id, format!("GET /v2/{{repo}}/manifests/latest HTTP/1.1\r\n{head}\r\n"))
    };
    vec![
        read("header.accept-separators").with("Accept", ";;,").answered(&[200, 404]),
        read("header.accept-weight").with("Accept", "*/*;q=abc").answered(&[200]),
        read("header.accept-10000-types").with("Accept", vec!["a/b"; 10_000].join(",")).answered(&[404]),
        get("header.if-none-match-text").with("If-None-Match", "nonsense").answered(&[200]),
        get("header.authorization-nonsense").with("Authorization", "Nonsense x=y").answered(&[200, 401]),
        get("header.authorization-basic-no-base64").with("Authorization", "Basic %%%").answered(&[200, 401]),
        get("header.authorization-bearer-dots").with("Authorization", "Bearer ..").answered(&[200, 401]),
        get("header.cookie-separators").with("Cookie", ";;=;").answered(&[200]),
        get("header.content-length-on-get").body("abc").answered(&[200]),
        raw("header.accept-no-ascii", "Host: a\r\nAccept: \u{e4}\r\n").answered(&[200, 400, 404]),
        raw("header.expect-unknown", "Host: a\r\nExpect: a-miracle\r\n").answered(&[200, 417]),
    ]
}
