//! Comparing an answer with what the fixture expects, and with what holds for every answer.

use serde_json::{Value, json};

use crate::script::{Body, Contents, Header, Line, Response};
use crate::wire::Answer;

pub(crate) fn answer(
    line: Line,
    expected: &Response,
    answer: &Answer,
    contents: &mut Contents,
) -> Result<(), String> {
    if answer.status != expected.status {
        let body = String::from_utf8_lossy(&answer.body);
        return Err(format!("line {line}: expected {}, got {} {body}", expected.status, answer.status));
    }
    always(answer).map_err(|error| format!("line {line}: {error}"))?;
    for (line, expected) in &expected.headers {
        header(expected, answer, contents).map_err(|error| format!("line {line}: {error}"))?;
    }
    match &expected.body {
        Some((line, expected)) => {
            body(expected, answer, contents).map_err(|error| format!("line {line}: {error}"))
        }
        None if answer.body.is_empty() => Ok(()),
        None => Err(format!("line {line}: a body that the fixture does not expect: {:?}", answer.body)),
    }
}

/// What no fixture needs to say. Clients take these for granted on every answer.
fn always(answer: &Answer) -> Result<(), String> {
    // R17: a blob is served as it is, whatever the client could decode.
    if let Some(coding) = answer.value("content-encoding") {
        return Err(format!("the body is encoded: {coding}"));
    }
    if answer.status == 204 || answer.method == "TLS" {
        return Ok(());
    }
    match answer.values("content-length").as_slice() {
        [_] => Ok(()),
        lengths => Err(format!("not one Content-Length: {lengths:?}")),
    }
}

fn header(expected: &Header, answer: &Answer, contents: &mut Contents) -> Result<(), String> {
    match expected {
        Header::Is(name, value) => {
            let value = contents.replace(value)?;
            let got = answer.values(name);
            if got == [value.as_str()] {
                Ok(())
            } else {
                Err(format!("expected {name}: {value}, got {got:?}"))
            }
        }
        Header::Absent(name) => match answer.values(name).as_slice() {
            [] => Ok(()),
            got => Err(format!("expected no {name}, got {got:?}")),
        },
        Header::Kept(name, kept) => match answer.values(name).as_slice() {
            [value] => {
                contents.keep(kept, value);
                Ok(())
            }
            got => Err(format!("expected one {name}, got {got:?}")),
        },
    }
}

fn body(expected: &Body, answer: &Answer, contents: &Contents) -> Result<(), String> {
    match expected {
        Body::Slice(slice) => {
            let bytes = slice.of(contents.bytes(&slice.name)?)?;
            if answer.body == bytes { Ok(()) } else { Err(format!("the body is not that of {}", slice.name)) }
        }
        Body::Json(text) => same(&parsed(contents.replace(text)?.as_bytes())?, answer),
        Body::Tags(repository, tags) => same(&json!({"name": repository, "tags": tags}), answer),
        Body::Error(codes) => error(codes, answer),
        Body::Parts(name, ranges) => parts(contents.bytes(name)?, ranges, answer),
    }
}

fn same(expected: &Value, answer: &Answer) -> Result<(), String> {
    let got = parsed(&answer.body)?;
    if got == *expected { Ok(()) } else { Err(format!("expected {expected}, got {got}")) }
}

fn error(codes: &[String], answer: &Answer) -> Result<(), String> {
    if answer.value("content-type") != Some("application/json") {
        return Err("an error body is application/json".to_owned());
    }
    let body = parsed(&answer.body)?;
    let errors = body["errors"].as_array().ok_or_else(|| format!("no errors in {body}"))?;
    let got: Vec<_> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
    if got != codes {
        return Err(format!("expected {codes:?}, got {body}"));
    }
    if errors.iter().all(|error| error["message"].is_string()) {
        Ok(())
    } else {
        Err("no message".to_owned())
    }
}

/// RFC 9110, section 14.6: each part with its own `Content-Range`, and a boundary that the header names.
fn parts(whole: &[u8], ranges: &[(u64, u64)], answer: &Answer) -> Result<(), String> {
    let kind = answer.value("content-type").unwrap_or_default();
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .ok_or_else(|| format!("expected multipart/byteranges, got {kind:?}"))?
        .trim_matches('"');
    let mut rest = answer.body.as_slice();
    for (first, last) in ranges {
        let head = until(&mut rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(head).trim_start().to_ascii_lowercase();
        let mut lines = head.split("\r\n");
        if lines.next() != Some(&format!("--{}", boundary.to_ascii_lowercase())) {
            return Err(format!("a part without its boundary: {head}"));
        }
        let range = format!("content-range: bytes {first}-{last}/{}", whole.len());
        if !lines.any(|line| line == range) {
            return Err(format!("expected {range}, got {head}"));
        }
        let index = |at: u64| usize::try_from(at).map_err(|error| error.to_string());
        let bytes =
            whole.get(index(*first)?..=index(*last)?).ok_or("the fixture's range is out of the content")?;
        rest = rest.strip_prefix(bytes).ok_or_else(|| format!("wrong bytes for {first}-{last}"))?;
        rest = rest.strip_prefix(b"\r\n").ok_or("no line break behind a part")?;
    }
    let end = format!("--{boundary}--");
    if String::from_utf8_lossy(rest).trim_end() == end {
        Ok(())
    } else {
        Err("more parts than expected".to_owned())
    }
}

/// What stands before the mark, which is skipped.
fn until<'a>(rest: &mut &'a [u8], mark: &[u8]) -> Result<&'a [u8], String> {
    let at = rest
        .windows(mark.len())
        .position(|window| window == mark)
        .ok_or("a part without an end of its head")?;
    let (before, behind) = rest.split_at(at);
    *rest = &behind[mark.len()..];
    Ok(before)
}

fn parsed(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("{error} in {}", String::from_utf8_lossy(bytes)))
}
