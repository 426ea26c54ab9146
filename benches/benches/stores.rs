//! Metadata at scale, in PostgreSQL and in SQLite: commits a second by writers, and pages of long listings, measured
//! through the trait, from the call to the names that it answers. PostgreSQL needs a database of its own, and `psql`;
//! SQLite the name of a file. Both are filled on the first run:
//!
//! ```text
//! cargo bench -p registry-benches --features postgres --bench stores -- 'host=/run/postgresql dbname=bench'
//! cargo bench -p registry-benches --features postgres --bench stores -- sqlite:bench.sqlite
//! ```
//!
//! `--pages` and `--commits` measure one of the two alone, `--counter` measures commits with a counter in a row that each
//! commit holds until it is on the disk, instead of numbers that are given to what is visible already (PostgreSQL).

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use registry_core::{Actor, Digest, MediaType, PageRequest, RepositoryName, TagCause, Timestamp};
use registry_storage::metadata::{NewManifest, PostgresMetadataStore, PostgresOptions, SqliteMetadataStore};
use registry_storage::{Change, Commit, MetadataStore};

const FILL: &str = "INSERT INTO registry.repositories (name, present)
    SELECT 'team-' || i % 100 || '/app-' || to_char(i, 'FM000000'), true FROM generate_series(1, 100000) i;
INSERT INTO registry.commits (id, txid, events, at, actor, first)
    VALUES (nextval('registry.commit_ids'), pg_current_xact_id(), 1, 1, 'bench', 1);
INSERT INTO registry.manifest_contents (digest, bytes) VALUES ('\\x40', '{}');
INSERT INTO registry.manifests (repository_id, digest, content_id, media_type, size, leased_until)
    SELECT r.id, '\\x40', c.id, 'a/b', 2, 0 FROM registry.repositories r, registry.manifest_contents c
    WHERE r.name = 'team-1/app-000001';
INSERT INTO registry.tags (repository_id, name, manifest_id, commit_id, position)
    SELECT m.repository_id, 'v' || to_char(i, 'FM0000000'), m.id, 1, 0
    FROM generate_series(1, 1000000) i, registry.manifests m;
VACUUM ANALYZE;";

/// The way not taken, to measure it beside.
const COUNTER: &str = "CREATE TABLE IF NOT EXISTS registry.counter (n bigint NOT NULL);
INSERT INTO registry.counter SELECT coalesce(max(first + events - 1), 0) FROM registry.commits
    HAVING NOT EXISTS (SELECT FROM registry.counter);
CREATE OR REPLACE FUNCTION registry.append(in_commit bigint, count integer, now_is bigint, by_actor text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    UPDATE counter SET n = n + count RETURNING n - count + 1 INTO number;
    INSERT INTO commits (id, txid, events, at, actor, first, horizon)
        VALUES (in_commit, pg_current_xact_id(), count, now_is, by_actor, number, '0');
    RETURN number;
END $$;";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(address) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        println!("the address of a database, or `sqlite:` and a file, is missing; nothing is measured");
        return;
    };
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let sqlite = address.strip_prefix("sqlite:");
    let store: Arc<dyn MetadataStore> = if let Some(file) = sqlite {
        Arc::new(SqliteMetadataStore::open(file).unwrap())
    } else {
        let mut options = PostgresOptions::new(address);
        options.connections = 64;
        Arc::new(PostgresMetadataStore::connect(&options).await.unwrap())
    };
    if has("--counter") {
        sql(address, COUNTER);
    }
    if !has("--pages") {
        for writers in [1, 8, 64] {
            commits(&store, writers).await;
        }
    }
    if !has("--commits") && !has("--counter") {
        if store.repositories(&PageRequest::first(1001)).await.unwrap().items.len() < 1001 {
            match sqlite {
                Some(_) => fill(&*store).await,
                None => sql(address, FILL),
            }
        }
        pages(&*store).await;
    }
}

/// Each writer pushes manifests with a tag to a repository of its own, one after the other.
async fn commits(store: &Arc<dyn MetadataStore>, writers: u32) {
    let begun = Instant::now();
    let run = u64::from(std::process::id()) << 20 | u64::from(writers) << 40;
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let repository: RepositoryName = format!("bench/{writer}").parse().unwrap();
                let mut count = 0_u64;
                while begun.elapsed() < Duration::from_secs(5) {
                    store.commit(push(&repository, run + count, count)).await.unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.unwrap();
    }
    println!("{writers:>3} writers: {:>7.0} commits/s", count as f64 / begun.elapsed().as_secs_f64());
}

fn push(repository: &RepositoryName, content: u64, count: u64) -> Commit {
    let bytes = format!("{{\"schemaVersion\":2,\"annotations\":{{\"n\":\"{repository} {content}\"}}}}");
    let digest = Digest::sha256_of(bytes.as_bytes());
    let manifest = NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes.into(), Timestamp::from_micros(1));
    let tag = format!("v{}", count % 100).parse().unwrap();
    Commit::new(Actor::anonymous(), Timestamp::from_micros(1))
        .change(Change::PutManifest { repository: repository.clone(), manifest: Box::new(manifest) })
        .change(Change::SetTag { repository: repository.clone(), tag, digest, cause: TagCause::Push })
}

/// Pages of a hundred from all over the listings, one after the other.
async fn pages(store: &dyn MetadataStore) {
    let repository: RepositoryName = "team-1/app-000001".parse().unwrap();
    let (mut tags, mut repositories) = (Vec::new(), Vec::new());
    for page in 0..2_000_u64 {
        let place = page * 7_919_993 % 1_000_000;
        let begun = Instant::now();
        let found = store.tags(&repository, &PageRequest::after(format!("v{place:07}"), 100)).await.unwrap();
        tags.push(begun.elapsed());
        assert!(found.items.len() == 100 || place > 999_900);
        let last = format!("team-{}/app-{:06}", place % 100, place / 10);
        let begun = Instant::now();
        store.repositories(&PageRequest::after(last, 100)).await.unwrap();
        repositories.push(begun.elapsed());
    }
    for (what, mut times) in [("1,000,000 tags", tags), ("100,000 repositories", repositories)] {
        times.sort();
        let at = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e3;
        println!("page of 100 of {what}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
    }
}

/// The same content as [`FILL`], by commits of a thousand changes.
async fn fill(store: &dyn MetadataStore) {
    let content = bytes::Bytes::from_static(b"{}");
    let digest = Digest::sha256_of(&content);
    let start = || Commit::new(Actor::anonymous(), Timestamp::from_micros(1));
    let put = |number: u32| {
        let repository = format!("team-{}/app-{number:06}", number % 100).parse().unwrap();
        let until = Timestamp::from_micros(1);
        let manifest = Box::new(NewManifest::new(digest, MediaType::OCI_MANIFEST, content.clone(), until));
        Change::PutManifest { repository, manifest }
    };
    for from in (1..=100_000).step_by(1000) {
        store.commit((from..from + 1000).map(put).fold(start(), Commit::change)).await.unwrap();
    }
    let repository: RepositoryName = "team-1/app-000001".parse().unwrap();
    let set = |number: u32| {
        let tag = format!("v{number:07}").parse().unwrap();
        Change::SetTag { repository: repository.clone(), tag, digest, cause: TagCause::Push }
    };
    for from in (1..=1_000_000).step_by(1000) {
        store.commit((from..from + 1000).map(set).fold(start(), Commit::change)).await.unwrap();
    }
}

fn sql(address: &str, text: &str) {
    // Line by line a transaction of its own, because of the cleaning at the end.
    let mut psql = Command::new("psql");
    let psql =
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", address]).stdin(std::process::Stdio::piped());
    let mut child = psql.spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), text.as_bytes()).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
