//! `GET …/referrers/<digest>` (end-12).

use http::StatusCode;
use http::header::CONTENT_TYPE;
use registry_core::{AnyDigest, Descriptor, MediaType, RepositoryName};
use serde::Serialize;

use super::Call;
use super::listing::{escaped, limit, linked, next, request};
use crate::error::{About, Refusal};
use crate::header::OCI_FILTERS_APPLIED;
use crate::respond::Reply;
use crate::route::PageQuery;

/// Descriptors that are looked up at once.
const STEP: usize = 50;
/// A page ends behind the descriptor with which it reaches this many bytes of annotations and the like: clients take
/// manifests of about this size.
const PAGE_BYTES: usize = 2 << 20;

/// The body of the list: an image index.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u8,
    media_type: MediaType,
    manifests: &'a [Descriptor],
}

/// What refers to a manifest. Never 404: for clients that would mean that the endpoint is missing (C-50).
pub(super) async fn list(
    call: &Call<'_>,
    name: &RepositoryName,
    subject: &AnyDigest,
    artifact_type: Option<&MediaType>,
    query: PageQuery,
) -> Result<Reply, Refusal> {
    let limit = limit(call, query.n);
    let (items, more) = collect(call, name, subject, artifact_type, query.last, limit).await?;
    let path = format!("/v2/{name}/referrers/{subject}");
    let filter = artifact_type.map(|t| format!("&artifactType={}", escaped(t.as_str()))).unwrap_or_default();
    let link = items.last().filter(|_| more);
    let link = link.map(|last| next(&path, limit, &last.digest.to_string(), &filter));
    let index = Index { schema_version: 2, media_type: MediaType::OCI_INDEX, manifests: &items };
    let mut reply =
        Reply::new(StatusCode::OK).with_json(&index).with_text(CONTENT_TYPE, MediaType::OCI_INDEX.as_str());
    if artifact_type.is_some() {
        reply = reply.with_text(OCI_FILTERS_APPLIED, "artifactType");
    }
    Ok(linked(reply, link))
}

/// Up to `limit` descriptors and as many bytes as a page may have, and whether more follow.
async fn collect(
    call: &Call<'_>,
    name: &RepositoryName,
    subject: &AnyDigest,
    artifact_type: Option<&MediaType>,
    mut last: Option<String>,
    limit: usize,
) -> Result<(Vec<Descriptor>, bool), Refusal> {
    // Nothing that is stored here can refer to a digest of an algorithm that is unknown here.
    let Some(subject) = subject.known() else { return Ok((Vec::new(), false)) };
    let repository = call.repository(name);
    let (mut items, mut bytes) = (Vec::new(), 0);
    loop {
        let page = request(last.take(), STEP.min(limit - items.len()));
        let page = repository.referrers(subject, artifact_type, &page).await;
        let page = page.map_err(|e| About::Listing.refuse(e))?;
        let mut rest = page.items.into_iter();
        for descriptor in rest.by_ref() {
            bytes += weight(&descriptor);
            items.push(descriptor);
            if bytes >= PAGE_BYTES || items.len() == limit {
                break;
            }
        }
        let more = page.more || rest.len() > 0;
        if !more || bytes >= PAGE_BYTES || items.len() >= limit {
            return Ok((items, more));
        }
        last = items.last().map(|descriptor: &Descriptor| descriptor.digest.to_string());
    }
}

/// About how many bytes a descriptor has in the list.
fn weight(descriptor: &Descriptor) -> usize {
    let annotations = descriptor.annotations.iter().map(|(key, value)| key.len() + value.len() + 8);
    annotations.sum::<usize>() + 512
}
