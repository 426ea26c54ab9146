//! Entity tags (RFC 9110, section 8.8.3).

use http::header::AsHeaderName;
use http::{HeaderMap, HeaderValue};
use registry_core::Digest;

/// The entity tag of content: its quoted digest. It is strong, as equal digests mean equal bytes.
pub(crate) fn entity_tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// What a conditional header names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`: anything that exists.
    Any,
    /// These.
    List(Vec<Tag>),
}

/// One entity tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) weak: bool,
    pub(super) opaque: String,
}

/// A conditional header is malformed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The tags of a conditional header over all its lines; `None` when it is absent.
pub(super) fn tags(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Result<Tags, Malformed>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines: Option<Vec<&str>> = lines.map(|line: &HeaderValue| line.to_str().ok()).collect();
    Some(lines.and_then(|lines| parse(&lines.join(","))).ok_or(Malformed))
}

fn parse(text: &str) -> Option<Tags> {
    if text.trim_matches(BLANK) == "*" {
        return Some(Tags::Any);
    }
    let mut list = Vec::new();
    let mut rest = text.trim_start_matches(SEPARATOR);
    while !rest.is_empty() {
        let weak = rest.starts_with("W/");
        let (opaque, after) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        list.push(Tag { weak, opaque: opaque.to_owned() });
        let after = after.trim_start_matches(BLANK);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches(SEPARATOR);
    }
    (!list.is_empty()).then_some(Tags::List(list))
}

const BLANK: [char; 2] = [' ', '\t'];
const SEPARATOR: [char; 3] = [' ', '\t', ','];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_weak_tags_and_stars() {
        let tag = |weak, opaque: &str| Tag { weak, opaque: opaque.to_owned() };
        assert_eq!(parse("*"), Some(Tags::Any));
        assert_eq!(parse(" * "), Some(Tags::Any));
        assert_eq!(parse("\"a\""), Some(Tags::List(vec![tag(false, "a")])));
        assert_eq!(parse("W/\"a,b\" ,, \"c\","), Some(Tags::List(vec![tag(true, "a,b"), tag(false, "c")])));
        for bad in ["", ",", "a", "\"a", "\"a\" \"b\"", "w/\"a\"", "*, \"a\""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
