//! What is asked of the document before it is asked of the manifest: I-JSON (RFC 7493), and no depth without end.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use registry_core::MediaType;
use serde_json::json;

use super::{EMPTY, OCI_MANIFEST, accept, image, parse, refusal, with};

/// An image whose unknown member `x` has the value.
fn with_unknown(value: &str) -> String {
    image(OCI_MANIFEST).to_string().replacen('{', &format!("{{\"x\":{value},"), 1)
}

#[test]
fn only_one_object_and_nothing_behind_it_is_a_document() {
    let good = image(OCI_MANIFEST).to_string();
    for body in
        ["", " ", "null", "{}", "[]", "true", "1", "\"x\"", "{", "}", "{]", "{\"a\":}", "{\"a\":1,}", "[{}]"]
    {
        refusal(body, Some(&MediaType::OCI_MANIFEST));
    }
    for tail in ["x", "{}", ",", "null", "\0", "]", "\u{feff}", "// c"] {
        let reason = refusal(format!("{good}{tail}"), None);
        assert!(reason.contains("trailing characters"), "{tail:?}: {reason}");
    }
    for head in ["\u{feff}", "\0", "/**/", ")]}'\n"] {
        refusal(format!("{head}{good}"), None);
    }
    for cut in 1..good.len() {
        refusal(&good[..cut], Some(&MediaType::OCI_MANIFEST));
    }
    parse(format!(" \r\n\t{good} \r\n\t"), None).unwrap();
}

#[test]
fn c_70_the_document_is_utf_8_everywhere() {
    for bytes in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] {
        for template in
            ["{\"@\":1,", "{\"x\":\"@\",", "{\"x\":{\"y\":[\"@\"]},", "{\"annotations\":{\"a\":\"@\"},"]
        {
            let body = image(OCI_MANIFEST).to_string().replacen('{', template, 1);
            let (before, after) = body.split_once('@').unwrap();
            let reason = refusal([before.as_bytes(), bytes, after.as_bytes()].concat(), None);
            assert!(reason.contains(&format!("it is not UTF-8 from byte {} on", before.len())), "{reason}");
        }
    }
    for half in [r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#, r#"{"\udfff":1}"#] {
        refusal(with_unknown(half), None);
    }
    parse(with_unknown(r#""\ud83e\udd80 é""#), None).unwrap();
}

#[test]
fn c_70_no_name_stands_twice_in_any_object() {
    let config = format!("{{\"mediaType\":\"a/b\",\"digest\":\"{EMPTY}\",\"size\":0}}");
    for (members, place) in [
        (format!("\"config\":{config},"), "config"),
        ("\"layers\":[],".to_owned(), "layers"),
        ("\"mediaType\":\"a/b\",".to_owned(), "mediaType"),
        ("\"schemaVersion\":2,".to_owned(), "schemaVersion"),
        ("\"x\":1,\"x\":1,".to_owned(), "x"),
        ("\"x\":1,\"\\u0078\":1,".to_owned(), "x"),
        ("\"x\":{\"y\":[0,{\"z\":1,\"z\":2}]},".to_owned(), "x.y[1].z"),
        ("\"annotations\":{\"a\":\"\",\"b\":\"\",\"a\":\"\"},".to_owned(), "annotations.a"),
        ("\"subject\":{\"size\":1,\"size\":1},".to_owned(), "subject.size"),
        ("\"subject\":{\"x\":1,\"x\":1},".to_owned(), "subject.x"),
        ("\"subject\":{\"platform\":{\"os\":\"\",\"os\":\"\"}},".to_owned(), "subject.platform.os"),
        ("\"\":1,\"\":1,".to_owned(), "[\"\"]"),
    ] {
        let body = image(OCI_MANIFEST).to_string().replacen('{', &format!("{{{members}"), 1);
        let reason = refusal(body, None);
        assert!(reason.contains(&format!("{place} stands there twice")), "{members} gave {reason}");
    }
}

#[test]
fn c_70_a_repetition_is_found_in_objects_of_any_size() {
    for count in 1..40 {
        for repeated in 0..count {
            let mut object = String::from("{");
            (0..count).for_each(|i| write!(object, "\"n{i}\":0,").unwrap());
            let distinct = format!("{}}}", object.trim_end_matches(','));
            parse(with_unknown(&distinct), None).unwrap();
            let reason = refusal(with_unknown(&format!("{object}\"n{repeated}\":0}}")), None);
            assert!(reason.contains(&format!("x.n{repeated} stands there twice")), "{reason}");
        }
    }
}

#[test]
fn nesting_ends_at_64() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        // The document itself is the first level.
        parse(with_unknown(&nested(63)), None).unwrap();
        let reason = refusal(with_unknown(&nested(64)), None);
        assert!(reason.contains("nested more than 64 deep"), "{reason}");
        for endless in [open.repeat(200_000), nested(200_000)] {
            let reason = refusal(with_unknown(&endless), None);
            assert!(reason.contains("nested more than 64 deep"), "{reason}");
        }
        refusal(open.repeat(200_000), None);
    }
}

#[test]
fn unknown_members_may_hold_any_value() {
    let body = with(
        image(OCI_MANIFEST),
        &json!({"x": [null, true, false, 0, -1, 1.5e300, u64::MAX, i64::MIN, "", [], {}, {"a": {"b": [[]]}}]}),
    );
    let manifest = accept(&body);
    assert_eq!(manifest.bytes(), body.to_string().as_bytes());
    for number in ["-0", "0.0", "1E+5", "1e-999", "123456789012345678901234567890"] {
        parse(with_unknown(number), None).unwrap();
    }
    for wrong in ["01", "+1", "tru", "'a'", "\"\n\"", "\"\\x\"", "[1,]", "{a:1}", "undefined", "NaN", "-"] {
        refusal(with_unknown(wrong), None);
    }
}

#[test]
fn a_refusal_is_short_whatever_the_input() {
    let long = "é".repeat(100_000);
    for body in [
        with_unknown(&format!("{{\"{long}\":1,\"{long}\":1}}")),
        with(image(OCI_MANIFEST), &json!({"schemaVersion": long})).to_string(),
        with(image(OCI_MANIFEST), &json!({"subject": {"digest": long}})).to_string(),
        with(image(OCI_MANIFEST), &json!({"annotations": {long.clone(): 1}})).to_string(),
        with(image(OCI_MANIFEST), &json!({"mediaType": format!("a/{long}")})).to_string(),
    ] {
        let reason = refusal(body, None);
        assert!(
            reason.chars().count() <= "invalid manifest: ".len() + 512,
            "{} characters",
            reason.chars().count()
        );
    }
}

/// Bodies at the usual size limit, each made to be slow. A second is a hundred times what they take.
#[test]
fn hostile_bodies_of_4_mib_are_read_in_linear_time() {
    const LIMIT: usize = 4 << 20;
    let mut names = String::new();
    (0..LIMIT / 12).for_each(|i| write!(names, "\"{i:06}\":0,").unwrap());
    let nest = format!("{}{},", "[".repeat(60), "]".repeat(60));
    for (what, value) in [
        ("names", format!("{{{}}}", names.trim_end_matches(','))),
        ("elements", format!("[{}0]", "0,".repeat(LIMIT / 2))),
        ("nests", format!("[{}0]", nest.repeat(LIMIT / nest.len()))),
        ("escapes", format!("\"{}\"", "\\u0041".repeat(LIMIT / 6))),
        ("digits", "1".repeat(LIMIT)),
        ("one name", format!("{{\"{}\":0}}", "n".repeat(LIMIT))),
    ] {
        let body = with_unknown(&value);
        let start = Instant::now();
        let parsed = parse(&body, None);
        assert!(parsed.is_ok() || what == "digits", "{what}: {parsed:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "{what} took {:?}", start.elapsed());
    }
}
