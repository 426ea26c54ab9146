//! Chunks that are not where they say, and parts that are none.

use super::case::{Case, ruled};

const RANGE: &str = "distribution-spec, Pushing a blob in chunks: Content-Range, 416";
const LENGTH: &str = "distribution-spec, Pushing a blob in chunks: the range is inclusive on both ends";
const PART: &str = "RFC 9110, sections 14.1 and 14.2";

pub(super) fn cases() -> Vec<Case> {
    let rule = "a chunk whose place cannot be understood is refused with where the upload stands: 416";
    let mut cases = ruled(places(), rule, RANGE);
    let rule = "a chunk of another length than its range is refused: 400 SIZE_INVALID";
    cases.extend(ruled(lengths(), rule, LENGTH));
    cases.extend(ruled(parts(), "a malformed Range is no Range", PART));
    cases
}

/// The upload has three bytes, so that the next one is at 3.
fn places() -> Vec<Case> {
    let table = [
        ("text", "abc"),
        ("unit-and-total", "bytes 3-5/6"),
        ("unit", "bytes=3-5"),
        ("largest", "3-18446744073709551615"),
        ("overflow", "3-18446744073709551616"),
        ("backwards", "5-3"),
        ("no-begin", "-5"),
        ("no-end", "3-"),
        ("negative", "3--5"),
        ("signed", "+3-5"),
        ("hexadecimal", "0x3-0x5"),
        ("empty", ""),
        ("list", "3-5,6-8"),
        ("gap", "4-6"),
        ("overlap", "2-4"),
    ];
    let patch = |(what, range): (&str, &str)| {
        chunk(&format!("content-range.{what}.PATCH"), "PATCH", "{session}", range)
            .refused(416, &["BLOB_UPLOAD_INVALID"])
            .having("range", "0-2")
    };
    let mut cases: Vec<Case> = table.into_iter().map(patch).collect();
    let twice = chunk("content-range.twice.PATCH", "PATCH", "{session}", "3-5").with("Content-Range", "3-5");
    cases.push(twice.refused(416, &["BLOB_UPLOAD_INVALID"]));
    for (what, range) in
        [("text", "abc"), ("gap", "4-6"), ("overlap", "0-2"), ("overflow", "3-18446744073709551616")]
    {
        let put = chunk(&format!("content-range.{what}.PUT"), "PUT", "{session}?digest={absent}", range);
        cases.push(put.refused(416, &["BLOB_UPLOAD_INVALID"]).having("range", "0-2"));
    }
    cases
}

fn lengths() -> Vec<Case> {
    vec![
        chunk("content-range.longer-than-body.PATCH", "PATCH", "{session}", "3-99")
            .refused(400, &["SIZE_INVALID"]),
        chunk("content-range.shorter-than-body.PATCH", "PATCH", "{session}", "3-4")
            .refused(400, &["SIZE_INVALID"]),
        chunk("content-range.longer-than-body.PUT", "PUT", "{session}?digest={absent}", "3-99")
            .refused(400, &["SIZE_INVALID"]),
        chunk("content-range.without-body.PATCH", "PATCH", "{session}", "3-3")
            .body("")
            .refused(400, &["SIZE_INVALID"]),
    ]
}

fn chunk(id: &str, method: &'static str, target: &str, range: &str) -> Case {
    Case::new(id, method, target).with("Content-Range", range).body("def")
}

/// The blob has two bytes.
fn parts() -> Vec<Case> {
    let get = |what: &str, range: &str| {
        Case::new(format!("range.{what}.GET"), "GET", "/v2/{repo}/blobs/{blob}").with("Range", range)
    };
    vec![
        get("text", "abc").answered(&[200]),
        get("other-unit", "lines=0-1").answered(&[200]),
        get("no-number", "bytes=a-b").answered(&[200]),
        get("empty", "bytes=").answered(&[200]),
        get("negative", "bytes=--1").answered(&[200]),
        get("hexadecimal", "bytes=0x0-0x1").answered(&[200]),
        get("one-dash", "bytes=-").answered(&[200]),
        get("largest", "bytes=0-18446744073709551615").answered(&[206]),
        get("overflow", "bytes=0-99999999999999999999999999").answered(&[206]),
        get("behind", "bytes=99999999999999999999999999-")
            .answered(&[416])
            .having("content-range", "bytes */2"),
        get("no-suffix", "bytes=-0").answered(&[416]).having("content-range", "bytes */2"),
        get("10000-ranges", &format!("bytes={}", vec!["0-0"; 10_000].join(","))).answered(&[200, 431]),
    ]
}
