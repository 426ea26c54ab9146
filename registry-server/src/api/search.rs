//! `GET /v1/_ping` and `GET /v1/search`: what `docker search` and `podman search` ask first (R21).

use http::StatusCode;
use http::header::HeaderName;
use registry_core::RepositoryName;
use serde_json::json;

use super::Call;
use super::listing::Names;
use crate::error::Refusal;
use crate::respond::Reply;

/// Results of a page when the client does not say how many it wants, and the most that it gets.
const PAGE: usize = 25;
const LARGEST_PAGE: usize = 100;

/// There is a search.
pub(super) fn ping() -> Reply {
    Reply::new(StatusCode::OK)
        .with_text(HeaderName::from_static("x-docker-registry-standalone"), "true")
        .with_json(&json!({ "standalone": true }))
}

/// One page of the repositories whose name holds the term, of those that the caller may pull from.
///
/// Names are looked through up to the end of the page that is asked for and one result beyond, so the number of
/// results is a lower bound until the last page.
pub(super) async fn search(
    call: &Call<'_>,
    term: &str,
    n: Option<usize>,
    page: usize,
) -> Result<Reply, Refusal> {
    let term = term.trim().trim_start_matches("library/").to_ascii_lowercase();
    let size = n.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let begin = size.saturating_mul(page.saturating_sub(1));
    let mut seen = 0_usize;
    let mut results = Vec::new();
    let mut names = Names::after(call, None, usize::MAX);
    while let Some(name) = names.next().await? {
        if !name.as_str().contains(&term) {
            continue;
        }
        seen += 1;
        if seen > begin.saturating_add(size) {
            break;
        }
        if seen > begin {
            results.push(result(&name));
        }
    }
    Ok(Reply::new(StatusCode::OK).with_json(&json!({
        "query": term,
        "page": page,
        "page_size": size,
        "num_pages": seen.div_ceil(size),
        "num_results": seen,
        "results": results,
    })))
}

fn result(name: &RepositoryName) -> serde_json::Value {
    json!({
        "name": name,
        "description": "",
        "star_count": 0,
        "is_official": false,
        "is_automated": false,
        "is_trusted": false,
    })
}
