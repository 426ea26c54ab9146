mod conformance;
mod faulty;
mod fs;
mod memory;
mod naive;
#[cfg(feature = "s3")]
mod object;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use registry_storage::blob::{BodyStream, Durability};
use registry_storage::{BlobStore, Location, Result};

/// Bytes that differ from seed to seed and do not repeat soon.
fn bytes(seed: usize, len: usize) -> Bytes {
    (0..len).map(|at| u8::try_from((at * 7 + at / 251 + seed * 13) % 256).unwrap()).collect()
}

/// A body in frames as a server hands them on.
fn body(all: &Bytes) -> BodyStream<'static> {
    let all = all.clone();
    let frames =
        (0..all.len()).step_by(20_000).map(move |from| Ok(all.slice(from..all.len().min(from + 20_000))));
    stream::iter(frames.collect::<Vec<_>>()).boxed()
}

/// These bytes, and then nothing for ever.
fn never_ending(all: &Bytes) -> BodyStream<'static> {
    body(all).chain(stream::pending()).boxed()
}

async fn put(store: &impl BlobStore, all: &Bytes) -> Location {
    let token = store.begin(Some(all.len() as u64)).await.unwrap();
    let appended = store.append(&token, 0, body(all), Durability::OnCommit).await.unwrap();
    store.commit(&appended.token, all.len() as u64).await.unwrap()
}

async fn read(store: &impl BlobStore, location: &Location, size: usize) -> Result<Vec<u8>> {
    let pieces: Vec<Bytes> = store.read(location, size as u64, 0..size as u64).await?.try_collect().await?;
    Ok(pieces.concat())
}

async fn assert_holds(store: &impl BlobStore, location: &Location, expected: &[u8]) {
    assert!(read(store, location, expected.len()).await.unwrap() == expected, "the blob has other bytes");
}
