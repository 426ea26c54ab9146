//! Futures and stores that are dropped while something is under way.

use std::sync::Arc;
use std::task::{Context, Waker};

use registry_core::PageRequest;
use registry_storage::MetadataStore;
use registry_storage::metadata::{DocumentIndex, SqliteMetadataStore};

use super::{commit, whole_log, write};

async fn keys(store: &SqliteMetadataStore, kind: &str) -> Vec<String> {
    let page = store.documents(kind, "", &PageRequest::first(10_000)).await.unwrap();
    page.items.into_iter().map(|document| document.key).collect()
}

#[tokio::test]
async fn a_dropped_store_finishes_what_was_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    // Fewer than a task may do before tokio makes it wait for others.
    for number in 0..100 {
        let key = format!("{number:03}");
        let mut future = store.commit(commit([write("a", &key), write("b", &key)]));
        // After one poll it stands in the line.
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop(store);
    let store = SqliteMetadataStore::open(&path).unwrap();
    assert_eq!(keys(&store, "a").await.len(), 100);
    assert_eq!(keys(&store, "a").await, keys(&store, "b").await);
    assert_eq!(whole_log(&store).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_owner_may_be_a_commit_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = Arc::new(SqliteMetadataStore::open(&path).unwrap());
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.commit(commit([write("a", &number.to_string())])).await })
        })
        .collect();
    drop(store);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(whole_log(&SqliteMetadataStore::open(&path).unwrap()).await, 20);
}

#[tokio::test]
async fn dropped_queries_leave_the_store_usable() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteMetadataStore::open(folder.path().join("metadata.sqlite")).unwrap();
    store.commit(commit([write("a", "key")])).await.unwrap();
    // Far more than may stand in the line.
    for _ in 0..5_000 {
        let mut query = store.document("a", "key");
        let _ = query.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    assert!(store.document("a", "key").await.unwrap().is_some());
}
