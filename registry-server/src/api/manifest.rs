//! Manifests: end-3, end-7 and end-9.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use registry_core::{Digest, ErrorCode, MediaType, Reference, RepositoryName, Tag};
use registry_engine::{Error, ManifestPut, PutManifest};

use super::Call;
use crate::body::{Body, Payload};
use crate::error::{About, Refusal};
use crate::header::{Freshness, OCI_SUBJECT, OCI_TAG, accepts, freshness, of_write, only};
use crate::respond::Reply;

/// Sends the bytes that were pushed, or for `HEAD` what a `GET` would be answered.
pub(super) async fn read(
    call: &Call<'_>,
    name: &RepositoryName,
    reference: &Reference,
) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    let refuse = |error| About::Manifest.refuse(error);
    if call.head {
        let stat = repository.stat_manifest(reference).await.map_err(refuse)?;
        let reply = negotiated(call, &stat.digest, &stat.media_type)?;
        return Ok(if reply.status() == StatusCode::OK { reply.with_length(stat.size) } else { reply });
    }
    let record = repository.manifest(reference).await.map_err(refuse)?;
    let reply = negotiated(call, &record.digest, &record.media_type)?;
    Ok(if reply.status() == StatusCode::OK { reply.with_body(Body::full(record.bytes)) } else { reply })
}

/// The head of the answer to a read: 200 or 304.
///
/// Nothing is ever converted. A manifest of a type that the client says it cannot take is not there for it (C-6).
fn negotiated(call: &Call<'_>, digest: &Digest, media_type: &MediaType) -> Result<Reply, Refusal> {
    if !accepts(call.headers, media_type) {
        let message = format!("the manifest has the type {media_type}, which the request does not accept");
        return Err(Refusal::new(StatusCode::NOT_FOUND, ErrorCode::ManifestUnknown, message));
    }
    match freshness(call.headers, digest) {
        Freshness::Send => {
            Ok(Reply::new(StatusCode::OK).with_content(digest).with_text(CONTENT_TYPE, media_type.as_str()))
        }
        Freshness::NotModified => Ok(Reply::new(StatusCode::NOT_MODIFIED).with_content(digest)),
        Freshness::Failed => Err(Refusal::other_content(digest)),
    }
}

/// Stores a manifest.
pub(super) async fn put(
    call: &Call<'_>,
    payload: &mut Payload,
    name: &RepositoryName,
    target: Reference,
    tags: Vec<Tag>,
) -> Result<Reply, Refusal> {
    let refuse = |error| About::Manifest.refuse(error);
    let repository = call.repository(name);
    let condition = of_write(call.headers)?;
    let media_type = media_type(call)?;
    let settings = call.shared.registry.settings();
    if tags.len() > settings.max_tags_per_put {
        return Err(refuse(Error::TooManyTags { limit: settings.max_tags_per_put }));
    }
    let limit = settings.max_manifest_bytes;
    let bytes = payload.collect(limit).await;
    let bytes = bytes.map_err(|source| refuse(Error::Interrupted { source }))?;
    let bytes = bytes.ok_or_else(|| refuse(Error::TooLarge { limit }))?;
    let put = PutManifest { target, tags, media_type, bytes, condition };
    let put = repository.put_manifest(call.actor(), put).await.map_err(refuse)?;
    Ok(created(name, &put))
}

/// The type that the request says the manifest has; `None` when it says none, and then the manifest must.
fn media_type(call: &Call<'_>) -> Result<Option<MediaType>, Refusal> {
    if call.headers.get(CONTENT_TYPE).is_none_or(HeaderValue::is_empty) {
        return Ok(None);
    }
    let text = only(call.headers, CONTENT_TYPE).unwrap_or_default();
    MediaType::from_content_type(text)
        .map(Some)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::ManifestInvalid, error.to_string()))
}

fn created(name: &RepositoryName, put: &ManifestPut) -> Reply {
    let mut reply = Reply::new(StatusCode::CREATED)
        .with_location(format!("/v2/{name}/manifests/{}", put.digest))
        .with_content(&put.digest);
    if let Some(subject) = &put.subject {
        reply = reply.with_text(OCI_SUBJECT, subject.to_string());
    }
    if !put.tags.is_empty() {
        reply = reply.with_text(OCI_TAG, put.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(", "));
    }
    reply
}

/// Deletes a tag, or a manifest with every tag that points to it.
pub(super) async fn delete(
    call: &Call<'_>,
    name: &RepositoryName,
    reference: &Reference,
) -> Result<Reply, Refusal> {
    let repository = call.repository(name);
    let condition = of_write(call.headers)?;
    let deleted = match reference {
        Reference::Tag(tag) => repository.delete_tag(call.actor(), tag, condition).await,
        Reference::Digest(digest) => repository.delete_manifest(call.actor(), digest, condition).await,
    };
    deleted.map_err(|e| About::Manifest.refuse(e))?;
    Ok(Reply::new(StatusCode::ACCEPTED))
}
