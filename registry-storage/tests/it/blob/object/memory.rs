//! How much memory the store holds.

use std::time::Duration;

use futures_util::StreamExt;
use registry_doubles::s3::{Double, Weather};
use registry_storage::blob::{Durability, ObjectBlobStore};
use registry_storage::{BlobStore, Error, UploadToken};

use super::options;
use crate::blob::{assert_holds, body, bytes, put};

const PART: usize = 5 << 20;

/// A slow reader finds as much in the socket as there is room for; what it gets is a piece of the buffer that the client
/// read into.
#[tokio::test]
async fn no_more_than_128_kib_of_an_answer_is_read_at_once() {
    let double = Double::start().await;
    let store = ObjectBlobStore::open_s3(options(&double.endpoint())).await.unwrap();
    let all = bytes(1, 4 * PART);
    let size = all.len() as u64;
    let location = put(&store, &all).await;
    let mut reading = store.read(&location, size, 0..size).await.unwrap();
    let (mut at, mut largest) = (0, 0);
    while let Some(piece) = reading.next().await {
        let piece = piece.unwrap();
        assert!(piece == all[at..at + piece.len()], "at {at}");
        at += piece.len();
        largest = largest.max(piece.len());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(at, all.len());
    assert!(largest <= 128 << 10, "a piece of {largest} bytes");
}

/// What a commit sends last was kept beside the upload, and is held in memory while it is sent.
#[tokio::test]
async fn the_ends_of_large_uploads_are_counted_when_they_are_committed() {
    const TAIL: usize = 4 << 20;
    let double = Double::start().await;
    let mut objects = super::quick();
    // Room for two ends, and one upload may always go on.
    objects.memory = 2 * TAIL + (1 << 20);
    objects.memory_wait = Duration::from_millis(50);
    let store = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
    let all = bytes(1, PART + TAIL);
    let size = all.len() as u64;
    let mut tokens = Vec::new();
    for _ in 0..8 {
        let token = store.begin(None).await.unwrap();
        let appended = store.append(&token, 0, body(&all), Durability::OnReturn).await.unwrap();
        tokens.push(UploadToken::from(appended.token.as_str()));
    }
    double.weather(|kind, _| match kind {
        "part" => Weather::Stall(Duration::from_millis(700)),
        _ => Weather::Fine,
    });
    let outcomes = tokens.iter().map(|token| store.commit(token, size));
    let outcomes = futures_util::future::join_all(outcomes).await;
    double.weather(|_, _| Weather::Fine);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3, "{outcomes:?}");
    for (token, outcome) in tokens.iter().zip(outcomes) {
        let location = match outcome {
            Ok(location) => location,
            Err(Error::Unavailable { retry_after: Some(_), .. }) => store.commit(token, size).await.unwrap(),
            Err(error) => panic!("{error:?}"),
        };
        assert_holds(&store, &location, &all).await;
    }
}

/// The end of an upload may lie in its token, let in beyond the budget, and begin with what lies beside it: its commit
/// waits for nobody, least of all for itself.
#[tokio::test]
async fn an_upload_that_was_let_in_commits_without_waiting_for_itself() {
    let double = Double::start().await;
    let mut objects = super::quick();
    objects.memory = 1 << 20;
    objects.memory_wait = Duration::from_millis(200);
    let store = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
    for first in [100_000, PART + 100_000] {
        let all = bytes(1, first + 3_000_000);
        let token = store.begin(None).await.unwrap();
        let (one, two) = (all.slice(..first), all.slice(first..));
        let token = store.append(&token, 0, body(&one), Durability::OnReturn).await.unwrap().token;
        let token = store.append(&token, first as u64, body(&two), Durability::OnCommit).await.unwrap().token;
        let location = store.commit(&token, all.len() as u64).await.unwrap();
        assert_holds(&store, &location, &all).await;
    }
}

/// What a client announces decides how large parts are, and not how much is held.
#[tokio::test]
async fn no_announced_size_makes_parts_larger_than_the_memory_for_them() {
    const MEMORY: usize = 6 << 20;
    for (announced, parts) in [(0, 3), (PART as u64, 3), (1 << 40, 2), (u64::MAX, 2)] {
        let double = Double::start().await;
        let mut objects = super::quick();
        objects.memory = MEMORY;
        let store = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
        double.counted();
        let all = bytes(1, 3 * PART);
        let token = store.begin(Some(announced)).await.unwrap();
        let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
        assert_eq!(double.counted().get("part"), Some(&parts), "announced {announced}");
        let location = store.commit(&token, all.len() as u64).await.unwrap();
        assert_holds(&store, &location, &all).await;
    }
}
