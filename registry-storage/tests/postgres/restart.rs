//! A server that crashes under load.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use registry_core::EventKind;
use registry_storage::metadata::{EventLog, PostgresMetadataStore};
use registry_storage::{Error, MetadataStore};

use crate::cluster::Cluster;
use crate::support::{commit, whole_log, write};

/// What was answered is there after each of some crashes, the log has no gap, and writers go on by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn i_01_a_crash_in_the_middle_loses_nothing_that_was_answered() {
    let cluster = Cluster::durable();
    let options = cluster.options(&cluster.database().await);
    let stores = [0, 1].map(|_| options.clone());
    let (end, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut writers = Vec::new();
    for (replica, options) in stores.into_iter().enumerate() {
        let store = Arc::new(PostgresMetadataStore::connect(&options).await.unwrap());
        for writer in 0..4 {
            let (store, end, answered) = (Arc::clone(&store), Arc::clone(&end), Arc::clone(&answered));
            writers.push(tokio::spawn(async move {
                keep_writing(&store, &format!("{replica}.{writer}"), &end, &answered).await
            }));
        }
    }
    for _ in 0..4 {
        until(&answered, 100).await;
        cluster.crash();
    }
    until(&answered, 100).await;
    end.store(true, Ordering::Relaxed);
    let mut acknowledged = BTreeSet::new();
    let mut doubtful = BTreeSet::new();
    for writer in writers {
        let (done, unsure) = writer.await.unwrap();
        acknowledged.extend(done);
        doubtful.extend(unsure);
    }
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let length = whole_log(&store).await;
    let mut told = BTreeSet::new();
    for event in store.events(0, usize::MAX).await.unwrap() {
        let EventKind::DocumentPut { key, .. } = event.kind else { panic!("only documents were written") };
        let key = (key, event.seq);
        assert!(told.insert(key.0.clone()), "{} was carried out twice", key.0);
        assert!(doubtful.contains(&key.0) || acknowledged.contains(&key), "{key:?} was answered otherwise");
    }
    assert_eq!(told.len() as u64, length);
    for (key, seq) in &acknowledged {
        assert!(told.contains(key), "{key} was answered with {seq} and is gone");
    }
    assert!(acknowledged.len() >= 500);
}

type Written = (BTreeSet<(String, u64)>, BTreeSet<String>);

/// Writes until it is told to end: what was answered, with its number, and what may have been carried out.
async fn keep_writing(
    store: &PostgresMetadataStore,
    writer: &str,
    end: &AtomicBool,
    answered: &AtomicUsize,
) -> Written {
    let (mut done, mut unsure) = Written::default();
    for number in 0.. {
        let key = format!("{writer}.{number}");
        match store.commit(commit([write(&key, "")])).await {
            Ok(answer) => {
                done.insert((key, answer.events[0].seq));
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Err(Error::Unavailable { .. }) => {
                unsure.insert(key);
            }
            Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
        }
        if end.load(Ordering::Relaxed) {
            break;
        }
    }
    (done, unsure)
}

/// Waits until so many more commits were answered.
async fn until(answered: &AtomicUsize, more: usize) {
    let goal = answered.load(Ordering::Relaxed) + more;
    let reached = async {
        while answered.load(Ordering::Relaxed) < goal {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("the writers go on");
}
