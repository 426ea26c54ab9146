//! Many callers, several instances on one file, and the length of the write-ahead log.

use std::sync::Arc;
use std::time::Duration;

use registry_storage::metadata::{DocumentIndex, EventLog, SqliteMetadataStore, SqliteOptions};
use registry_storage::{Change, Error, MetadataStore, Require};
use rusqlite::Connection;

use super::{commit, whole_log, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_two_instances_leave_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let stores = [(); 2].map(|()| Arc::new(SqliteMetadataStore::open(&path).unwrap()));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = Arc::clone(&stores[writer % 2]);
            tokio::spawn(async move {
                for round in 0..20 {
                    let changes =
                        [write("a", &format!("{writer}/{round}")), write("b", &format!("{writer}/{round}"))];
                    let done = store.commit(commit(changes)).await.unwrap();
                    assert_eq!(done.events[1].seq, done.events[0].seq + 1);
                }
            })
        })
        .collect();
    let mut seen = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let next = stores[1].events(seen, 1_000).await.unwrap();
        for (event, expected) in next.iter().zip(seen + 1..) {
            assert_eq!(event.seq, expected, "a reader saw a gap");
        }
        seen += next.len() as u64;
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    for store in &stores {
        assert_eq!(whole_log(store).await, 320);
    }
}

/// Commits that wait together share a transaction; each is still whole or not at all by itself.
#[tokio::test]
async fn a_refused_commit_does_not_touch_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    // While another process holds the file, all of these come together.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let absent = Require::Document { kind: "kind".into(), key: "same".into(), version: None };
    let digest = registry_core::Digest::from_sha256([9; 32]);
    let linked = Change::LinkBlob {
        repository: super::repository(),
        digest,
        leased_until: registry_core::Timestamp::from_micros(1),
    };
    let asked: Vec<_> = (0..30)
        .map(|number| {
            let one = commit([write("kind", &number.to_string())]);
            store.commit(match number % 3 {
                0 => one,
                1 => one.change(write("kind", "same")).require(absent.clone()),
                _ => one.change(linked.clone()),
            })
        })
        .collect();
    let release = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.execute_batch("ROLLBACK").unwrap();
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(asked), release);
    for (number, answer) in answers.iter().enumerate() {
        let there = store.document("kind", &number.to_string()).await.unwrap().is_some();
        match number % 3 {
            0 => assert!(answer.is_ok(), "{answer:?}"),
            1 if number == 1 => assert!(answer.is_ok(), "{answer:?}"),
            1 => assert!(matches!(answer, Err(Error::Conflict { index: 0 })), "{answer:?}"),
            _ => assert!(matches!(answer, Err(Error::Invalid { .. })), "{answer:?}"),
        }
        assert_eq!(there, answer.is_ok(), "{number}");
    }
    assert_eq!(whole_log(&store).await, 12);
}

#[tokio::test]
async fn a_file_that_another_process_holds_is_unavailable_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let mut options = SqliteOptions::default();
    options.busy_timeout = Duration::from_millis(20);
    let store = SqliteMetadataStore::open_with(&path, &options).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = store.commit(commit([write("kind", "key")])).await;
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_eq!(store.last_event().await.unwrap(), 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    store.commit(commit([write("kind", "key")])).await.unwrap();
    assert_eq!(whole_log(&store).await, 1);
}

#[tokio::test]
async fn the_write_ahead_log_stays_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let mut options = SqliteOptions::default();
    options.checkpoint_pages = 20;
    let store = SqliteMetadataStore::open_with(&path, &options).unwrap();
    let log = folder.path().join("metadata.sqlite-wal");
    let fill = async |store: &SqliteMetadataStore, count: usize| {
        for round in 0..count {
            // Pages that stay the same are not written.
            let value = round.to_string().repeat(20_000).into();
            let write = Change::PutDocument { kind: "kind".into(), key: "key".into(), value };
            store.commit(commit([write])).await.unwrap();
        }
        std::fs::metadata(&log).unwrap().len()
    };
    // Each of these writes at least five pages; all together they are more than 8 MB.
    let usual = fill(&store, 200).await;
    assert!(usual < 1_000_000, "the log has {usual} bytes");
    // A reader that stays keeps all that was written since, and no longer.
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM events;").unwrap();
    let held = fill(&store, 60).await;
    assert!(held > 2_000_000, "the log has {held} bytes");
    reader.execute_batch("COMMIT").unwrap();
    let after = fill(&store, 60).await;
    assert!(after < 1_000_000, "the log has {after} bytes, and had {held}");
}
