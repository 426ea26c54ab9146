//! Many at a time, before a store that answers some time after it has looked.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use registry_storage::MetadataStore;
use registry_storage::metadata::MemoryMetadataStore;

use super::{number, replica, set};

const DELAY: Duration = Duration::from_micros(150);

/// What was acknowledged before a question is in its answer, whichever replica is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn nothing_older_than_the_question_is_answered() {
    let store = MemoryMetadataStore::new();
    let replicas = [replica(&store, DELAY).0, replica(&store, DELAY).0, replica(&store, DELAY).0];
    store.commit(set(0)).await.unwrap();
    let acknowledged = Arc::new(AtomicU32::new(0));
    let mut readers = Vec::new();
    for reader in 0..12 {
        let (cache, acknowledged) = (Arc::clone(&replicas[reader % 3]), Arc::clone(&acknowledged));
        readers.push(tokio::spawn(async move {
            let mut newest = 0;
            while newest < 300 {
                let before = acknowledged.load(Ordering::SeqCst);
                newest = number(&*cache).await.unwrap();
                assert!(newest >= before, "{newest} was answered after {before} was acknowledged");
            }
        }));
    }
    for count in 1..=300 {
        replicas[0].commit(set(count)).await.unwrap();
        acknowledged.store(count, Ordering::SeqCst);
        // Some of the questions find what they ask for unchanged.
        tokio::time::sleep(DELAY * (count % 8)).await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(replicas.iter().all(|cache| cache.stats().hits > 0), "nothing was answered from memory");
}

/// An answer that comes late, after a change was heard of, does not take the place of a newer one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_from_before_a_change_is_not_kept() {
    let store = MemoryMetadataStore::new();
    let (cache, calls) = replica(&store, Duration::ZERO);
    store.commit(set(1)).await.unwrap();
    let ((read, was_read), (give, given)) = (mpsc::channel(), mpsc::channel());
    *calls.held.lock().unwrap() = Some((read, given));
    let late = {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move { number(&*cache).await })
    };
    tokio::task::block_in_place(|| was_read.recv()).unwrap();
    store.commit(set(2)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(number(&*cache).await, Some(2));
    }
    give.send(()).unwrap();
    assert_eq!(late.await.unwrap(), Some(1), "it was asked for before");
    for _ in 0..3 {
        assert_eq!(number(&*cache).await, Some(2), "the late answer was kept");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_look_serves_all_who_wait() {
    let (cache, calls) = replica(&MemoryMetadataStore::new(), Duration::from_millis(5));
    cache.commit(set(1)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(number(&*cache).await, Some(1));
    }
    let (read, looks) = (calls.of("manifest"), calls.of("events_at_hand"));
    let asked: Vec<_> = (0..200)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { number(&*cache).await })
        })
        .collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), Some(1));
    }
    // Whoever waits too long on a busy machine asks the store.
    assert!(calls.of("manifest") - read < 20, "{calls:?}");
    assert!(calls.of("events_at_hand") - looks < 50, "{calls:?}");
}

/// Whoever hangs up in the middle of a look, or while waiting for one, leaves the others to theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn dropped_questions_hold_up_nobody() {
    let (cache, _) = replica(&MemoryMetadataStore::new(), DELAY);
    for count in 0..60 {
        cache.commit(set(count)).await.unwrap();
        let asked: Vec<_> = (0..8)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move { number(&*cache).await })
            })
            .collect();
        tokio::time::sleep(DELAY * (count % 5)).await;
        for (index, question) in asked.into_iter().enumerate() {
            if index % 2 == 0 {
                question.abort();
            } else {
                assert_eq!(question.await.unwrap(), Some(count));
            }
        }
        assert_eq!(number(&*cache).await, Some(count));
    }
}
