//! Conditional requests (RFC 9110, section 13).

use http::HeaderMap;
use http::header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE};
use registry_core::Digest;
use registry_engine::Condition;

use super::entity_tag::{Tag, Tags, entity_tag, tags};
use super::only;
use crate::error::Refusal;

/// What the conditions of a read say about the content that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It is to be sent.
    Send,
    /// The client has it already: 304.
    NotModified,
    /// The client wants another: 412.
    Failed,
}

/// Weighs `If-Match` and `If-None-Match` of a read against the content that is there. Malformed ones are ignored.
pub(crate) fn freshness(headers: &HeaderMap, digest: &Digest) -> Freshness {
    let own = digest.to_string();
    match tags(headers, IF_MATCH) {
        Some(Ok(Tags::List(list))) if !list.iter().any(|tag| !tag.weak && tag.opaque == own) => {
            return Freshness::Failed;
        }
        _ => {}
    }
    match tags(headers, IF_NONE_MATCH) {
        Some(Ok(Tags::Any)) => Freshness::NotModified,
        Some(Ok(Tags::List(list))) if list.iter().any(|tag| tag.opaque == own) => Freshness::NotModified,
        _ => Freshness::Send,
    }
}

/// Whether `Range` is to be heeded: `If-Range` is absent or names exactly this content. A date never does, as content
/// is sent without one.
pub(crate) fn applies_to_range(headers: &HeaderMap, digest: &Digest) -> bool {
    !headers.contains_key(IF_RANGE) || only(headers, IF_RANGE) == Some(&entity_tag(digest))
}

/// What a write expects of the value that is there now.
///
/// # Errors
/// A refusal when the headers are malformed, or when both are there: a write must not go ahead on a guess.
pub(crate) fn of_write(headers: &HeaderMap) -> Result<Condition, Refusal> {
    let malformed = |name| move |_| Refusal::bad_header(name, "it is no list of entity tags");
    let wanted = tags(headers, IF_MATCH).transpose().map_err(malformed("If-Match"))?;
    let unwanted = tags(headers, IF_NONE_MATCH).transpose().map_err(malformed("If-None-Match"))?;
    match (wanted, unwanted) {
        (None, None) => Ok(Condition::Any),
        (Some(Tags::Any), None) => Ok(Condition::Exists),
        // A weak tag never matches strongly, and what is no digest is the tag of nothing here.
        (Some(Tags::List(list)), None) => Ok(Condition::Is(digests(list.iter().filter(|tag| !tag.weak)))),
        (None, Some(Tags::Any)) => Ok(Condition::Absent),
        (None, Some(Tags::List(list))) => Ok(Condition::IsNot(digests(list.iter()))),
        (Some(_), Some(_)) => {
            Err(Refusal::bad_header("If-None-Match", "it cannot be combined with If-Match"))
        }
    }
}

fn digests<'a>(tags: impl Iterator<Item = &'a Tag>) -> Vec<Digest> {
    tags.filter_map(|tag| tag.opaque.parse().ok()).collect()
}
