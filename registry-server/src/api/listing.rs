//! `GET …/tags/list` (end-8) and `GET /v2/_catalog`.

use std::collections::VecDeque;

use http::StatusCode;
use http::header::LINK;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry_core::{Link, PageRequest, RepositoryName, Tag};
use serde::Serialize;

use super::Call;
use crate::error::{About, Refusal};
use crate::respond::Reply;
use crate::route::PageQuery;

/// The most names that are looked up and asked about at once.
const STEP: usize = 200;

/// The body of a list of tags.
#[derive(Serialize)]
struct TagList<'a> {
    name: &'a RepositoryName,
    tags: &'a [Tag],
}

/// The body of a list of repositories.
#[derive(Serialize)]
struct Catalog<'a> {
    repositories: &'a [RepositoryName],
}

/// The tags of a repository in byte order.
pub(super) async fn tags(call: &Call<'_>, name: &RepositoryName, query: PageQuery) -> Result<Reply, Refusal> {
    let limit = limit(call, query.n);
    let request = request(query.last, limit);
    let page = call.repository(name).tags(&request).await.map_err(|e| About::Listing.refuse(e))?;
    let link = page.items.last().filter(|_| page.more);
    let link = link.map(|last| next(&format!("/v2/{name}/tags/list"), limit, last.as_str(), ""));
    let reply = Reply::new(StatusCode::OK).with_json(&TagList { name, tags: &page.items });
    Ok(linked(reply, link))
}

/// The repositories that the caller may pull from, in byte order.
pub(super) async fn catalog(call: &Call<'_>, query: PageQuery) -> Result<Reply, Refusal> {
    let limit = limit(call, query.n);
    let mut names = Names::after(call, query.last, limit.saturating_add(1));
    let mut items = Vec::new();
    while items.len() < limit
        && let Some(name) = names.next().await?
    {
        items.push(name);
    }
    // Only what may be seen is named as the end of a page, and only if there is more of that.
    let more = !items.is_empty() && names.next().await?.is_some();
    let link = items.last().filter(|_| more);
    let link = link.map(|last| next("/v2/_catalog", limit, last.as_str(), ""));
    let reply = Reply::new(StatusCode::OK).with_json(&Catalog { repositories: &items });
    Ok(linked(reply, link))
}

/// How many entries a page has: as many as wanted, up to the most that this registry lists at once.
pub(super) fn limit(call: &Call<'_>, n: Option<usize>) -> usize {
    n.unwrap_or(usize::MAX).min(call.shared.max_page)
}

pub(super) fn request(last: Option<String>, limit: usize) -> PageRequest {
    last.map_or_else(|| PageRequest::first(limit), |last| PageRequest::after(last, limit))
}

/// The target of the link to the page behind `last`. `rest` is what else belongs into the query, with its `&`.
pub(super) fn next(path: &str, limit: usize, last: &str, rest: &str) -> String {
    format!("{path}?n={limit}&last={}{rest}", escaped(last))
}

/// The text as the value of a parameter.
pub(super) fn escaped(text: &str) -> impl std::fmt::Display + '_ {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT)
}

pub(super) fn linked(reply: Reply, target: Option<String>) -> Reply {
    match target {
        Some(target) => reply.with_text(LINK, Link::next(&target)),
        None => reply,
    }
}

/// The names of repositories that the caller may pull from, one after the other.
pub(super) struct Names<'a> {
    call: &'a Call<'a>,
    last: Option<String>,
    step: usize,
    ready: VecDeque<RepositoryName>,
    ended: bool,
}

impl<'a> Names<'a> {
    /// Those behind `last`; `wanted` is about how many will be needed.
    pub(super) fn after(call: &'a Call<'a>, last: Option<String>, wanted: usize) -> Self {
        Self { call, last, step: wanted.clamp(1, STEP), ready: VecDeque::new(), ended: false }
    }

    /// The next one.
    ///
    /// # Errors
    /// When a store fails, or nobody can decide what may be seen.
    pub(super) async fn next(&mut self) -> Result<Option<RepositoryName>, Refusal> {
        while self.ready.is_empty() && !self.ended {
            let request = request(self.last.take(), self.step);
            let page = self.call.shared.registry.catalog(&request).await;
            let page = page.map_err(|e| About::Listing.refuse(e))?;
            self.ended = !page.more;
            self.last = page.items.last().map(|name| name.as_str().to_owned());
            self.ready = self.call.authorized.pullable(page.items).await?.into();
        }
        Ok(self.ready.pop_front())
    }
}
