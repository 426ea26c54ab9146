//! Requests that well-behaved clients cannot send: broken lines, and bodies whose end is in doubt.

use super::case::{Case, ruled};

const LINE: &str = "RFC 9112, sections 2.2, 3 and 5";
const LENGTH: &str = "RFC 9112, sections 6.1, 6.3 and 7.1: request smuggling";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = ruled(lines(), "a request that is no HTTP is refused: 400", LINE);
    cases.extend(ruled(hosts(), "a request names one host: 400 otherwise", "RFC 9112, section 3.2"));
    let rule = "a body whose end is in doubt is refused, and nothing behind it is taken for a request";
    cases.extend(ruled(lengths(), rule, LENGTH));
    cases
}

fn get(id: &str, line: &str, headers: &str) -> Case {
    Case::raw(id, format!("{line}\r\nHost: registry.test\r\n{headers}\r\n")).answered(&[400])
}

fn lines() -> Vec<Case> {
    let ping = "GET /v2/ HTTP/1.1";
    let nul = Case::raw("line.nul-in-value", b"GET /v2/ HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n".to_vec());
    let carriage =
        Case::raw("line.bare-cr-in-value", b"GET /v2/ HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n".to_vec());
    vec![
        get("line.no-target", "GET", "").answered(&[400]),
        get("line.no-version", "GET /v2/", "").answered(&[400, 505]),
        get("line.version-9", "GET /v2/ HTTP/9.9", "").answered(&[400, 505]),
        get("line.version-text", "GET /v2/ HTTP/x", "").answered(&[400, 505]),
        get("line.other-protocol", "GET /v2/ SIP/2.0", "").answered(&[400, 505]),
        get("line.space-in-target", "GET /v2/ x HTTP/1.1", "").answered(&[400, 404, 505]),
        get("line.method-with-slash", "GE/T /v2/ HTTP/1.1", "").answered(&[400, 405, 501]),
        get("line.space-before-colon", ping, "X-Odd : x\r\n"),
        get("line.no-colon", ping, "X-Odd\r\n"),
        get("line.empty-name", ping, ": x\r\n"),
        get("line.name-with-parentheses", ping, "X(odd): x\r\n"),
        get("line.name-no-ascii", ping, "X-\u{e4}: x\r\n"),
        get("line.folded", ping, "X-Odd: a\r\n b\r\n").answered(&[200, 400]),
        nul.answered(&[400]),
        carriage.answered(&[400]),
        get("line.absolute-target", "GET http://registry.test/v2/ HTTP/1.1", "").answered(&[200]),
        get("line.no-slash", "GET v2/ HTTP/1.1", ""),
    ]
}

fn hosts() -> Vec<Case> {
    let raw =
        |id: &str, hosts: &str| Case::raw(id, format!("GET /v2/ HTTP/1.1\r\n{hosts}\r\n")).answered(&[400]);
    vec![
        raw("host.none", "X: x\r\n"),
        raw("host.two", "Host: a\r\nHost: b\r\n"),
        raw("host.two-equal", "Host: a\r\nHost: a\r\n"),
        raw("host.space", "Host: a b\r\n"),
        raw("host.path", "Host: a/b\r\n"),
        raw("host.user", "Host: user@a\r\n"),
        raw("host.list", "Host: a, b\r\n"),
    ]
}

/// What is smuggled begins an upload in a repository of its own, so that it would be seen.
const SMUGGLED: &str = "PUT /v2/{repo}/manifests/smuggled HTTP/1.1\r\nHost: a\r\n\
                        Content-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: {length}\r\n\r\n{bytes}";

fn lengths() -> Vec<Case> {
    let post = |id: &str, headers: &str, body: &str| {
        let head = format!("PATCH {{session}} HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        Case::raw(id, format!("{head}{body}")).answered(&[400])
    };
    let behind = |body: &str| format!("{body}{SMUGGLED}");
    vec![
        post("length.two", "Content-Length: 3\r\nContent-Length: 0\r\n", &behind("abc")),
        post("length.two-in-a-list", "Content-Length: 3, 0\r\n", &behind("abc")),
        post("length.signed", "Content-Length: +3\r\n", "abc"),
        post("length.negative", "Content-Length: -3\r\n", "abc"),
        post("length.hexadecimal", "Content-Length: 0x3\r\n", "abc"),
        post("length.text", "Content-Length: abc\r\n", "abc"),
        post("length.overflow", "Content-Length: 99999999999999999999999\r\n", "abc"),
        post(
            "length.beside-chunks",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            &behind("0\r\n\r\n"),
        )
        .answered(&[202, 400])
        .growing(),
        post(
            "length.beside-chunks-behind",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            &behind("0\r\n\r\n"),
        )
        .answered(&[202, 400])
        .growing(),
        post("coding.unknown", "Transfer-Encoding: nonsense\r\n", "abc").answered(&[400, 501]),
        post("coding.chunked-not-last", "Transfer-Encoding: chunked, gzip\r\n", "abc").answered(&[400, 501]),
        post("coding.nearly-chunked", "Transfer-Encoding: xchunked\r\n", &behind("0\r\n\r\n"))
            .answered(&[400, 501]),
        post("chunk.no-size", "Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n").growing(),
        post("chunk.negative", "Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n0\r\n\r\n").growing(),
        post("chunk.overflow", "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n")
            .growing(),
        post("chunk.longer-than-said", "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n").growing(),
        post("chunk.hexadecimal-prefix", "Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n")
            .growing(),
    ]
}
