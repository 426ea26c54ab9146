//! The two stores alone: bytes are made permanent first, and become visible by a commit to the metadata.
//!
//! `cargo run -p registry-examples --example stores`

use bytes::Bytes;
use futures_util::TryStreamExt;
use registry_core::{Actor, Digest, RepositoryName, Timestamp};
use registry_storage::blob::{Durability, FsBlobStore};
use registry_storage::metadata::{BlobIndex, SqliteMetadataStore};
use registry_storage::{BlobStore, Change, Commit, Location, MetadataStore};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let blobs = FsBlobStore::open(folder.path().join("blobs")).await?;
    let metadata = SqliteMetadataStore::open(folder.path().join("metadata.sqlite"))?;

    let content = Bytes::from_static(b"a layer, say");
    let digest = Digest::sha256_of(&content);
    let location = keep(&blobs, content.clone()).await?;
    link(&metadata, digest, content.len() as u64, location).await?;

    let stored = metadata.stored_blob(&digest).await?.ok_or("it was committed")?;
    let mut read = blobs.read(&stored.location, stored.size, 2..7).await?;
    assert_eq!(read.try_next().await?, Some(content.slice(2..7)));
    Ok(())
}

// ANCHOR: keep
/// An upload is a token and an offset. `commit` returns when the bytes are on the disk, and says where.
async fn keep(blobs: &dyn BlobStore, content: Bytes) -> registry_storage::Result<Location> {
    let token = blobs.begin(Some(content.len() as u64)).await?;
    let size = content.len() as u64;
    let body = Box::pin(futures_util::stream::iter([Ok(content)]));
    let appended = blobs.append(&token, 0, body, Durability::OnCommit).await?;
    blobs.commit(&appended.token, size).await
}
// ANCHOR_END: keep

// ANCHOR: link
/// One commit: which location holds the digest, and that the repository may read it. Both are seen, or neither.
async fn link(
    metadata: &dyn MetadataStore,
    digest: Digest,
    size: u64,
    location: Location,
) -> Result<(), Box<dyn std::error::Error>> {
    let repository: RepositoryName = "team/app".parse()?;
    let now = Timestamp::from_micros(0);
    let commit = Commit::new(Actor::anonymous(), now)
        .change(Change::StoreBlob { digest, size, location })
        .change(Change::LinkBlob { repository, digest, leased_until: now });
    metadata.commit(commit).await?;
    Ok(())
}
// ANCHOR_END: link
