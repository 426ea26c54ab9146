//! `GET …/_registry/tags/history`: what a tag pointed to.

use http::StatusCode;
use registry_core::{Actor, Digest, RepositoryName, Tag, TagCause, Timestamp};
use registry_engine::{Error, TagEntry};
use serde::Serialize;

use crate::api::Call;
use crate::api::listing::{limit, linked};
use crate::error::{About, Refusal};
use crate::respond::Reply;
use crate::route::HistoryQuery;

/// How many entries are told when the client does not say how many it wants.
const PAGE: usize = 100;

/// The body of a history.
#[derive(Serialize)]
struct History<'a> {
    name: &'a RepositoryName,
    tag: &'a Tag,
    history: Vec<Entry<'a>>,
}

/// One entry, as the event that wrote it tells it.
#[derive(Serialize)]
struct Entry<'a> {
    seq: u64,
    at: Timestamp,
    time: String,
    actor: &'a Actor,
    cause: TagCause,
    /// Null where the tag was deleted.
    digest: Option<&'a Digest>,
    /// Null where the tag did not exist.
    previous: Option<&'a Digest>,
}

impl<'a> From<&'a TagEntry> for Entry<'a> {
    fn from(entry: &'a TagEntry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            time: entry.at.to_string(),
            actor: &entry.actor,
            cause: entry.cause,
            digest: entry.digest.as_ref(),
            previous: entry.previous.as_ref(),
        }
    }
}

/// One page of the history of a tag, newest first. It outlives the tag and its repository.
pub(crate) async fn history(
    call: &Call<'_>,
    name: &RepositoryName,
    tag: &Tag,
    query: &HistoryQuery,
) -> Result<Reply, Refusal> {
    let refuse = |error| About::Manifest.refuse(error);
    let limit = limit(call, Some(query.n.unwrap_or(PAGE)));
    let repository = call.repository(name);
    let page = repository.tag_history(tag, query.before, limit).await.map_err(refuse)?;
    if page.items.is_empty() && repository.tag_history(tag, None, 1).await.map_err(refuse)?.items.is_empty() {
        return Err(refuse(Error::ManifestUnknown { reference: tag.clone().into() }));
    }
    let oldest = page.items.last().filter(|_| page.more);
    let link = oldest
        .map(|oldest| format!("/v2/{name}/_registry/tags/history?tag={tag}&n={limit}&before={}", oldest.seq));
    let history = page.items.iter().map(Entry::from).collect();
    Ok(linked(Reply::new(StatusCode::OK).with_json(&History { name, tag, history }), link))
}
