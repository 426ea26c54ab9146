//! What the store in memory promises beyond the contract.

use futures_util::{FutureExt, StreamExt, stream};
use registry_storage::blob::{Durability, MemoryBlobStore};
use registry_storage::{BlobStore, Error};

use super::{assert_holds, body, bytes, put};

#[tokio::test]
async fn the_limit_counts_uploads_and_blobs_and_what_is_given_back() {
    let store = MemoryBlobStore::with_limit(100_000);
    let kept = put(&store, &bytes(1, 40_000)).await;
    let token = store.begin(None).await.unwrap();
    store.append(&token, 0, body(&bytes(2, 30_000)), Durability::OnCommit).await.unwrap();
    assert_eq!(store.held(), 70_000);

    let refused = store.append(&token, 10_000, body(&bytes(3, 50_001)), Durability::OnCommit).await;
    assert!(matches!(refused, Err(Error::Full { .. })), "{refused:?}");
    assert_eq!(store.held(), 50_000, "the upload is set back to where the append began");
    store.append(&token, 10_000, body(&bytes(3, 50_000)), Durability::OnCommit).await.unwrap();
    assert_eq!(store.held(), 100_000);

    let location = store.commit(&token, 20_000).await.unwrap();
    assert_eq!(store.held(), 60_000, "what lay behind the size is given back");
    let expected = [&bytes(2, 10_000)[..], &bytes(3, 50_000)[..10_000]].concat();
    assert_holds(&store, &location, &expected).await;

    store.delete(&kept).await.unwrap();
    store.delete(&kept).await.unwrap();
    assert_eq!(store.held(), 20_000);
    let aborted = store.begin(None).await.unwrap();
    store.append(&aborted, 0, body(&bytes(4, 1000)), Durability::OnCommit).await.unwrap();
    store.abort(&aborted).await.unwrap();
    store.abort(&aborted).await.unwrap();
    assert_eq!(store.held(), 20_000);
}

#[tokio::test]
async fn an_append_that_was_overtaken_writes_no_more() {
    let store = MemoryBlobStore::new();
    let token = store.begin(None).await.unwrap();
    let frames = stream::once(async {
        tokio::task::yield_now().await;
        Ok(bytes(1, 500))
    });
    let mut old = store.append(&token, 0, frames.boxed(), Durability::OnCommit);
    assert!((&mut old).now_or_never().is_none());
    store.append(&token, 0, body(&bytes(2, 100)), Durability::OnCommit).await.unwrap();
    let outcome = old.await;
    assert!(matches!(outcome, Err(Error::Unavailable { .. })), "{outcome:?}");
    let location = store.commit(&token, 100).await.unwrap();
    assert_holds(&store, &location, &bytes(2, 100)).await;
}

#[tokio::test]
async fn frames_of_a_blob_are_not_copied() {
    let store = MemoryBlobStore::new();
    let frame = bytes(1, 100_000);
    let token = store.begin(None).await.unwrap();
    store.append(&token, 0, stream::iter([Ok(frame.clone())]).boxed(), Durability::OnCommit).await.unwrap();
    let location = store.commit(&token, 100_000).await.unwrap();
    let mut read = store.read(&location, 100_000, 50_000..60_000).await.unwrap();
    let piece = read.next().await.unwrap().unwrap();
    assert_eq!(piece.as_ptr(), frame[50_000..].as_ptr(), "the reader shares what the sender sent");
}
