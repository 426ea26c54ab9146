//! The order of the log, with transactions that commit late.

use registry_core::EventKind;
use registry_storage::MetadataStore;
use registry_storage::metadata::{DocumentIndex, EventLog, PostgresMetadataStore, TagIndex};
use tokio_postgres::{Client, NoTls};

use crate::cluster::Cluster;
use crate::support::{commit, digest, manifest, name, put, set, tag, whole_log, write};

/// A session in which the test does what a process of ours does, and stops where it likes.
async fn session(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn open() -> (PostgresMetadataStore, String) {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    (PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap(), cluster.address(&database))
}

const NUMBERING: &str = "SELECT pg_advisory_xact_lock(1329809773, 1)";

/// A commit of a document, by a process that says no more about it.
fn raw(key: &str) -> String {
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "SELECT registry.commit('{{{}}}', '{{t}}', '5s', 'raw', 7, '[]',
             '[{{\"change\": \"put_document\", \"kind\": \"6b696e64\", \"key\": \"{hex}\"}}]', '{{\"\\\\x00\"}}', '{{}}', '{{}}')",
        key.len()
    )
}

async fn keys(store: &PostgresMetadataStore, after: u64) -> Vec<(u64, String)> {
    let events = store.events(after, 100).await.unwrap();
    let key = |kind| match kind {
        EventKind::DocumentPut { key, .. } => key,
        other => panic!("{other:?}"),
    };
    events.into_iter().map(|event| (event.seq, key(event.kind))).collect()
}

#[tokio::test]
async fn m_05_a_reader_never_misses_what_commits_late_with_a_smaller_id() {
    let (store, address) = open().await;
    let (late, numberer) = (session(&address).await, session(&address).await);
    // While somebody else gives numbers, a commit draws the smallest id and stays open.
    numberer.batch_execute("BEGIN").await.unwrap();
    numberer.batch_execute(NUMBERING).await.unwrap();
    late.batch_execute(&format!("BEGIN; {}", raw("late"))).await.unwrap();
    numberer.batch_execute("COMMIT").await.unwrap();
    for (number, key) in [(1, "b"), (2, "c")] {
        let answer = store.commit(commit([write(key, "")])).await.unwrap();
        assert_eq!(answer.events[0].seq, number, "it does not wait for the late one");
    }
    assert_eq!(keys(&store, 0).await, [(1, "b".to_owned()), (2, "c".to_owned())]);
    assert_eq!(store.last_event().await.unwrap(), 2);
    let ids = "SELECT min(id) = (SELECT id FROM registry.commits WHERE actor = 'raw') FROM registry.commits";
    late.batch_execute("COMMIT").await.unwrap();
    assert!(late.query_one(ids, &[]).await.unwrap().get::<_, bool>(0), "the late one has the smallest id");
    // The reader goes on where it was, and finds it.
    assert_eq!(keys(&store, 2).await, [(3, "late".to_owned())]);
    assert_eq!(store.commit(commit([write("d", "")])).await.unwrap().events[0].seq, 4);
    assert_eq!(whole_log(&store).await, 4);
}

#[tokio::test]
async fn m_05_many_late_commits_leave_no_gap_and_keep_together() {
    let (store, address) = open().await;
    let numberer = session(&address).await;
    let mut late = Vec::new();
    numberer.batch_execute(&format!("BEGIN; {NUMBERING}")).await.unwrap();
    for number in 0..6 {
        let session = session(&address).await;
        session.batch_execute(&format!("BEGIN; {}", raw(&"x".repeat(number + 1)))).await.unwrap();
        late.push(session);
    }
    numberer.batch_execute("COMMIT").await.unwrap();
    let mut seen = 0;
    // In an order of their own; every second one is taken back, which leaves no gap.
    for (round, number) in [4, 1, 5, 0, 3, 2].into_iter().enumerate() {
        let end = if round % 2 == 0 { "COMMIT" } else { "ROLLBACK" };
        late[number].batch_execute(end).await.unwrap();
        let answer = store.commit(commit([write("p", ""), write("q", "")])).await.unwrap();
        let read = keys(&store, seen).await;
        assert_eq!(read.first().map(|(seq, _)| *seq), Some(seen + 1), "{read:?}");
        seen += read.len() as u64;
        assert_eq!(answer.events.last().map(|event| event.seq), Some(seen));
    }
    assert_eq!(whole_log(&store).await, 15);
}

/// A process that dies behind its commit and before it asks for numbers leaves that to whoever comes next.
#[tokio::test]
async fn what_was_left_without_numbers_gets_them_from_whoever_reads() {
    let (store, address) = open().await;
    let (gone, numberer) = (session(&address).await, session(&address).await);
    let here = name("here");
    for (round, asked) in ["log", "newest", "document", "documents", "commit"].into_iter().enumerate() {
        numberer.batch_execute(&format!("BEGIN; {NUMBERING}")).await.unwrap();
        gone.batch_execute(&raw("left")).await.unwrap();
        numberer.batch_execute("COMMIT").await.unwrap();
        let without = "SELECT count(*) FROM registry.commits WHERE first IS NULL";
        assert_eq!(gone.query_one(without, &[]).await.unwrap().get::<_, i64>(0), 1, "{asked}");
        let number = round as u64 + 1;
        match asked {
            "log" => assert_eq!(keys(&store, number - 1).await, [(number, "left".to_owned())]),
            "newest" => assert_eq!(store.last_event().await.unwrap(), number),
            "document" => {
                let document = store.document("kind", "left").await.unwrap().unwrap();
                assert_eq!(document.version, number);
            }
            "documents" => {
                let page = store.documents("kind", "l", &registry_core::PageRequest::first(5)).await.unwrap();
                assert_eq!(page.items[0].version, number);
            }
            _ => {
                let changes = [put(&here, manifest(digest(1))), set(&here, "v1", digest(1))];
                let answer = store.commit(commit(changes)).await.unwrap();
                assert_eq!(answer.events[0].seq, number + 1);
                assert_eq!(store.tag(&here, &tag("v1")).await.unwrap().unwrap().seq, number + 2);
            }
        }
    }
    assert_eq!(whole_log(&store).await, 7);
}

/// A commit of one repository, open for as long as it likes, holds up nobody who changes something else.
#[tokio::test]
async fn t8_commits_of_different_repositories_do_not_wait_for_each_other() {
    let (store, address) = open().await;
    let (slow, numberer) = (session(&address).await, session(&address).await);
    numberer.batch_execute(&format!("BEGIN; {NUMBERING}")).await.unwrap();
    let one = format!("40{}", "aa".repeat(32));
    let open = format!("BEGIN; SELECT registry.commit('{{1}}', '{{t}}', '5s', 'raw', 7, '[]',
        '[{{\"change\": \"put_manifest\", \"repository\": \"slow\", \"digest\": \"{one}\", \"media_type\": \"a/b\",
           \"blobs\": [], \"children\": [], \"leased_until\": 1}}]', '{{\"\\\\x00\"}}', '{{slow}}', '{{}}')");
    slow.batch_execute(&open).await.unwrap();
    numberer.batch_execute("COMMIT").await.unwrap();
    for round in 0..20 {
        let here = name(&format!("quick/{round}"));
        let changes = [put(&here, manifest(digest(1))), set(&here, "v1", digest(1)), write("key", "")];
        let answer = store.commit(commit(changes)).await.unwrap();
        assert_eq!(answer.events[0].seq, round * 3 + 1);
    }
    slow.batch_execute("COMMIT").await.unwrap();
    assert_eq!(store.last_event().await.unwrap(), 61);
    assert_eq!(whole_log(&store).await, 61);
}

/// An old snapshot, as a backup holds it, does not let the search for what has no numbers grow.
#[tokio::test]
async fn numbers_are_given_beside_an_old_snapshot() {
    let (store, address) = open().await;
    let (backup, numberer) = (session(&address).await, session(&address).await);
    backup
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM registry.commits")
        .await
        .unwrap();
    for round in 0..30_u64 {
        numberer.batch_execute(&format!("BEGIN; {NUMBERING}")).await.unwrap();
        numberer.batch_execute(&raw("held")).await.unwrap();
        numberer.batch_execute("COMMIT").await.unwrap();
        assert_eq!(store.commit(commit([write("key", "")])).await.unwrap().events[0].seq, round * 2 + 2);
    }
    assert_eq!(whole_log(&store).await, 60);
    backup.batch_execute("COMMIT").await.unwrap();
}
