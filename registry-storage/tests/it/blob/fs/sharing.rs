//! Many calls at once.

use std::fs::File;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use registry_storage::blob::{Durability, FsBlobStore, FsOptions};
use registry_storage::{BlobStore, Error};
use tokio::sync::oneshot;

use super::open;
use crate::blob::{assert_holds, body, bytes, put};

#[tokio::test]
async fn a_call_waits_for_another_process_and_not_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = FsOptions::default();
    options.lock_wait = Duration::from_millis(50);
    let store = FsBlobStore::open_with(directory.path(), options).await.unwrap();
    let token = store.begin(None).await.unwrap();
    // The lock that another process would hold.
    let elsewhere = File::open(directory.path().join("uploads").join(token.as_str())).unwrap();
    elsewhere.lock().unwrap();
    let appended = store.append(&token, 0, body(&bytes(1, 10)), Durability::OnReturn).await;
    assert!(matches!(appended, Err(Error::Unavailable { retry_after: Some(_), .. })), "{appended:?}");
    let committed = store.commit(&token, 0).await;
    assert!(matches!(committed, Err(Error::Unavailable { .. })), "{committed:?}");
    elsewhere.unlock().unwrap();
    store.append(&token, 0, body(&bytes(1, 10)), Durability::OnReturn).await.unwrap();
    elsewhere.lock().unwrap();
    store.abort(&token).await.expect("an abort waits for nobody");
}

#[tokio::test]
async fn of_two_commits_of_one_upload_one_is_carried_out() {
    let (store, _directory) = open().await;
    for _ in 0..20 {
        let token = store.begin(None).await.unwrap();
        store.append(&token, 0, body(&bytes(1, 1000)), Durability::OnCommit).await.unwrap();
        let outcomes = join_all((0..4).map(|_| store.commit(&token, 1000))).await;
        let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1, "{done:?}");
        assert!(refused.iter().all(|outcome| matches!(outcome, Err(Error::NotFound { .. }))), "{refused:?}");
    }
}

#[tokio::test]
async fn two_instances_that_append_to_one_upload_do_not_mix() {
    let (store, directory) = open().await;
    let other = FsBlobStore::open(directory.path()).await.unwrap();
    let (one, two) = (bytes(1, 1_500_000), bytes(2, 1_500_000));
    for _ in 0..10 {
        let token = store.begin(None).await.unwrap();
        let (first, second) = tokio::join!(
            store.append(&token, 0, body(&one), Durability::OnCommit),
            other.append(&token, 0, body(&two), Durability::OnCommit),
        );
        assert_eq!((first.unwrap().written, second.unwrap().written), (1_500_000, 1_500_000));
        let location = store.commit(&token, 1_500_000).await.unwrap();
        let found = crate::blob::read(&store, &location, 1_500_000).await.unwrap();
        assert!(found == one || found == two, "the blob is one of the two bodies");
    }
}

#[tokio::test]
async fn readers_and_writers_take_turns_on_one_thread_each() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = FsOptions::default();
    options.threads = 1;
    options.pull_memory = 1 << 20;
    options.push_memory = 1 << 20;
    let store = FsBlobStore::open_with(directory.path(), options).await.unwrap();
    let all = bytes(1, 3_000_000);
    let location = put(&store, &all).await;
    // None of these is read to its end, and none of them keeps the thread.
    let mut abandoned = Vec::new();
    for _ in 0..8 {
        let mut reading = store.read(&location, 3_000_000, 0..3_000_000).await.unwrap();
        reading.next().await.unwrap().unwrap();
        abandoned.push(reading);
    }
    let readers = join_all((0..8).map(|_| assert_holds(&store, &location, &all)));
    let writers = join_all((0..8).map(|_| put(&store, &all)));
    let both = async { tokio::join!(readers, writers) };
    let (_, written) =
        tokio::time::timeout(Duration::from_secs(60), both).await.expect("everybody gets a turn");
    drop(abandoned);
    for location in written {
        assert_holds(&store, &location, &all).await;
    }
}

/// A call that waits for a lock must not keep the one thread that the holder of the lock needs.
#[test]
fn one_blocking_thread_is_enough() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, _directory) = open().await;
        let (one, two) = (bytes(1, 2_000_000), bytes(2, 1000));
        let token = store.begin(None).await.unwrap();
        let (go_on, wait) = oneshot::channel::<()>();
        let tail = stream::once(wait.map(|_| Ok(Bytes::from_static(b"tail"))));
        let holding = store.append(&token, 0, body(&one).chain(tail).boxed(), Durability::OnReturn);
        let waiting = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let mut appending = store.append(&token, 0, body(&two), Durability::OnReturn);
            let early = tokio::time::timeout(Duration::from_millis(50), &mut appending).await;
            assert!(early.is_err(), "the first append holds the upload: {early:?}");
            go_on.send(()).unwrap();
            appending.await
        };
        let both = async { tokio::join!(holding, waiting) };
        let (held, waited) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("no dead-lock");
        assert_eq!((held.unwrap().written, waited.unwrap().written), (2_000_004, 1000));
        let location = store.commit(&token, 1000).await.unwrap();
        assert_holds(&store, &location, &two).await;
    });
}

#[test]
fn many_pushes_and_pulls_share_two_blocking_threads() {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).max_blocking_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, _directory) = open().await;
        let tasks = (0..48).map(|seed| {
            let store = store.clone();
            tokio::spawn(async move {
                let all = bytes(seed, 300_000 + seed);
                let location = put(&store, &all).await;
                for _ in 0..3 {
                    assert_holds(&store, &location, &all).await;
                }
            })
        });
        for outcome in join_all(tasks).await {
            outcome.unwrap();
        }
    });
}
