//! The rules of a registry without HTTP: push an artifact, move its tag, and set it back.
//!
//! `cargo run -p registry-examples --example engine`

use std::sync::Arc;

use bytes::Bytes;
use registry_core::{Actor, Algorithm, Digest, MediaType, Reference, Tag};
use registry_engine::{Condition, PutManifest, Registry, Repository};
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    let repository = registry.repository("team/notes".parse()?);
    let actor: Actor = "example".parse()?;
    let tag: Tag = "latest".parse()?;

    // ANCHOR: rewind
    let first = push(&repository, &actor, &tag, "the first note").await?;
    let second = push(&repository, &actor, &tag, "the second note").await?;
    assert_ne!(first, second);

    repository.restore_tag(&actor, &tag, &first, Condition::Any).await?;
    let current = repository.manifest(&Reference::Tag(tag.clone())).await?;
    assert_eq!(current.digest, first);

    for entry in repository.tag_history(&tag, None, 10).await?.items {
        eprintln!("{} {:?} {:?} by {}", entry.seq, entry.cause, entry.digest, entry.actor);
    }
    // ANCHOR_END: rewind
    Ok(())
}

// ANCHOR: push
/// Pushes an artifact whose only layer is this text, and points the tag to it.
async fn push(
    repository: &Repository,
    actor: &Actor,
    tag: &Tag,
    text: &str,
) -> Result<Digest, Box<dyn std::error::Error>> {
    let config = blob(repository, actor, "{}").await?;
    let layer = blob(repository, actor, text).await?;
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","artifactType":"text/plain",
            "config":{{"mediaType":"{}","digest":"{config}","size":2}},
            "layers":[{{"mediaType":"text/plain","digest":"{layer}","size":{}}}]}}"#,
        MediaType::OCI_MANIFEST,
        MediaType::OCI_EMPTY,
        text.len(),
    );
    let put = PutManifest::new(Reference::Tag(tag.clone()), Bytes::from(manifest));
    Ok(repository.put_manifest(actor, put).await?.digest)
}
// ANCHOR_END: push

/// Uploads a small blob in one go.
async fn blob(
    repository: &Repository,
    actor: &Actor,
    text: &str,
) -> Result<Digest, Box<dyn std::error::Error>> {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let digest = Digest::of(Algorithm::Sha256, &bytes);
    let body = futures_util::stream::iter([Ok(bytes)]);
    repository.put_blob(actor, &digest, None, Box::pin(body)).await?;
    Ok(digest)
}
