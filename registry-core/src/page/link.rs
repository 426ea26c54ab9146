//! The `Link` header of a page.

use std::fmt::Write as _;

/// The `Link` header that leads from one page of a listing to the next (RFC 8288).
///
/// ```
/// use registry_core::Link;
///
/// let header = Link::next("/v2/library/busybox/tags/list?n=2&last=1.36");
/// assert_eq!(header, r#"</v2/library/busybox/tags/list?n=2&last=1.36>; rel="next""#);
/// assert_eq!(Link::parse(&header), Some("/v2/library/busybox/tags/list?n=2&last=1.36"));
/// assert_eq!(Link::parse(r#"</first>; rel="first", </p?n=2>; title="a, b"; rel=next"#), Some("/p?n=2"));
/// assert_eq!(Link::parse(r#"</first>; rel="first""#), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Link;

impl Link {
    /// The header text that names `target` as the next page.
    ///
    /// Bytes that cannot stand in a URI are percent-encoded, so that no target can end the header or begin another.
    #[must_use]
    pub fn next(target: &str) -> String {
        let mut header = String::with_capacity(target.len() + 16);
        header.push('<');
        for byte in target.bytes() {
            if is_uri(byte) {
                header.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(header, "%{byte:02X}");
            }
        }
        header.push_str(">; rel=\"next\"");
        header
    }

    /// The target of the first link in the header whose relation is `next`, as it stands there.
    ///
    /// Other relations, other parameters, their order, and missing quotes do not matter. `None` when there is none, or
    /// when the header is malformed before it.
    #[must_use]
    pub fn parse(header: &str) -> Option<&str> {
        let mut rest = header;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
            let (is_next, after) = parameters(after)?;
            if is_next {
                return Some(target);
            }
            rest = after;
        }
    }
}

/// Whether the parameters at the start of `text` say `rel=next`, and what follows them.
fn parameters(mut text: &str) -> Option<(bool, &str)> {
    let mut relation: Option<bool> = None;
    loop {
        text = text.trim_start_matches(BLANK);
        let Some(after) = text.strip_prefix(';') else {
            let at_end = text.is_empty() || text.starts_with(',');
            return at_end.then_some((relation.unwrap_or(false), text));
        };
        let after = after.trim_start_matches(BLANK);
        let (name, after) = after.split_at(after.find(['=', ';', ',', ' ', '\t']).unwrap_or(after.len()));
        let after = after.trim_start_matches(BLANK);
        let Some(value) = after.strip_prefix('=') else {
            text = after;
            continue;
        };
        let (value, after) = parameter_value(value.trim_start_matches(BLANK))?;
        // Only the first `rel` counts (RFC 8288, section 3.3). It may hold several relations.
        if name.eq_ignore_ascii_case("rel") && relation.is_none() {
            relation = Some(value.split(BLANK).any(|word| word.eq_ignore_ascii_case("next")));
        }
        text = after;
    }
}

/// A quoted string or a token, and what follows it. Escapes within quotes are left as they are.
fn parameter_value(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Some(text.split_at(text.find([';', ',', ' ', '\t']).unwrap_or(text.len())));
    };
    let mut escaped = false;
    let end = quoted.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    Some((&quoted[..end], &quoted[end + 1..]))
}

/// Whether the byte may stand in a URI as it is: unreserved, reserved, or the beginning of an escape (RFC 3986).
fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

const BLANK: [char; 2] = [' ', '\t'];
