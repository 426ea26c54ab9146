//! Names of repositories, tags, manifests and images.

use std::fmt::{Debug, Display};
use std::net::Ipv6Addr;
use std::str::FromStr;

use registry_core::{ImageReference, Reference, RepositoryName, Tag};

use crate::digest::is_known_digest;

/// A text is a name of each kind exactly when it follows the grammar of that kind, and is written as it came.
pub fn check(text: &str) {
    check_repository(text);
    check_tag(text);
    written_as_it_came::<Reference>(text, is_known_digest(text) || is_tag(text));
    check_image(text);
}

/// The same for repository names, also as JSON.
pub fn check_repository(text: &str) {
    let parsed = written_as_it_came::<RepositoryName>(text, is_repository(text));
    let json = serde_json::to_string(text).expect("text is JSON");
    assert_eq!(serde_json::from_str::<RepositoryName>(&json).ok(), parsed);
}

/// The same for tags, also as JSON.
pub fn check_tag(text: &str) {
    let parsed = written_as_it_came::<Tag>(text, is_tag(text));
    let json = serde_json::to_string(text).expect("text is JSON");
    assert_eq!(serde_json::from_str::<Tag>(&json).ok(), parsed);
}

/// The same for image references; their parts are those that the one way to cut the text gives.
pub fn check_image(text: &str) {
    let ways = cuts(text);
    assert!(ways.len() <= 1, "{text:?} may be cut as {ways:?}");
    let Some(image) = written_as_it_came::<ImageReference>(text, !ways.is_empty()) else { return };
    let Cut { host, repository, tag, digest } = ways[0];
    assert_eq!(image.host(), host, "{text:?}");
    assert_eq!(image.repository().as_str(), repository, "{text:?}");
    assert_eq!(image.tag().map(Tag::as_str), tag, "{text:?}");
    assert_eq!(image.digest().map(ToString::to_string).as_deref(), digest, "{text:?}");
    let (repository, tag) = (image.repository().clone(), image.tag().cloned());
    assert_eq!(ImageReference::new(host, repository, tag, image.digest().copied()), Ok(image));
}

fn written_as_it_came<T>(text: &str, expected: bool) -> Option<T>
where
    T: FromStr<Err: Debug> + Display + Debug,
{
    let parsed = text.parse::<T>();
    assert_eq!(parsed.is_ok(), expected, "{text:?} gave {parsed:?}");
    let parsed = parsed.ok()?;
    assert_eq!(parsed.to_string(), text);
    Some(parsed)
}

/// `[a-z0-9]+ ((\.|_|__|-+) [a-z0-9]+)*` joined by slashes, by following every way through the text at once.
pub(crate) fn is_repository(text: &str) -> bool {
    text.len() <= 255 && text.split('/').all(is_component)
}

fn is_component(text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let is_word = |part: &[char]| {
        !part.is_empty() && part.iter().all(|c| "abcdefghijklmnopqrstuvwxyz0123456789".contains(*c))
    };
    let is_separator = |part: &[char]| {
        [&['.'][..], &['_'], &['_', '_']].contains(&part)
            || (!part.is_empty() && part.iter().all(|c| *c == '-'))
    };
    // Whether what stands before each position ends with a word, and with a separator.
    let mut word = vec![false; text.len() + 1];
    let mut separator = vec![false; text.len() + 1];
    for end in 1..=text.len() {
        word[end] = (0..end).any(|from| (from == 0 || separator[from]) && is_word(&text[from..end]));
        separator[end] = (1..end).any(|from| word[from] && is_separator(&text[from..end]));
    }
    word[text.len()]
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
pub(crate) fn is_tag(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    first && text.len() <= 128 && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// One way to take an image reference apart.
#[derive(Debug, Clone, Copy)]
struct Cut<'a> {
    host: Option<&'a str>,
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

/// Every way to cut the text into `[host "/"] repository [":" tag] ["@" digest]` whose parts are what they should be.
///
/// A first component belongs to the host exactly when it holds a dot, a colon or a bracket, or is `localhost`.
fn cuts(text: &str) -> Vec<Cut<'_>> {
    let mut found = Vec::new();
    for (name, digest) in around(text, '@') {
        if digest.is_some_and(|digest| !is_known_digest(digest)) {
            continue;
        }
        for (name, tag) in around(name, ':') {
            if tag.is_some_and(|tag| !is_tag(tag)) {
                continue;
            }
            if is_repository(name) && !begins_with_host(name) {
                found.push(Cut { host: None, repository: name, tag, digest });
            }
            if let Some((host, repository)) = name.split_once('/')
                && begins_with_host(name)
                && is_host(host)
                && is_repository(repository)
            {
                found.push(Cut { host: Some(host), repository, tag, digest });
            }
        }
    }
    found
}

/// The text as a whole, and cut at each place where the character stands.
fn around(text: &str, at: char) -> impl Iterator<Item = (&str, Option<&str>)> {
    let cut = text.match_indices(at).map(move |(place, _)| (&text[..place], Some(&text[place + 1..])));
    std::iter::once((text, None)).chain(cut)
}

fn begins_with_host(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(first, _)| first == "localhost" || first.chars().any(|c| ".:[".contains(c)))
}

/// `(labels | "[" IPv6 "]") [":" port]`.
fn is_host(text: &str) -> bool {
    text.len() <= 261 && around(text, ':').any(|(name, port)| is_name(name) && port.is_none_or(is_port))
}

fn is_name(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    bracketed.map_or_else(|| text.split('.').all(is_label), |text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_label(text: &str) -> bool {
    let ends = [text.chars().next(), text.chars().last()];
    (1..=63).contains(&text.len())
        && ends.iter().all(|end| end.is_some_and(|c| c.is_ascii_alphanumeric()))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && !text.starts_with('0')
        && text.chars().all(|c| c.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|port| port <= 65535)
}
