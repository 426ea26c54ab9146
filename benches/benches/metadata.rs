//! Durable commits and pages of tags, in memory and in SQLite.
//!
//! The database lies in the build's own folder: on a file system in memory a commit costs nothing.
#![allow(missing_docs, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use registry_core::{
    Actor, Algorithm, Digest, MediaType, PageRequest, RepositoryName, Tag, TagCause, Timestamp,
};
use registry_storage::metadata::{
    Change, Commit, MemoryMetadataStore, MetadataStore, NewManifest, SqliteMetadataStore,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A store, and the folder that goes when it goes.
struct Store {
    name: &'static str,
    store: Arc<dyn MetadataStore>,
    _folder: Option<TempDir>,
}

fn stores() -> [Store; 2] {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let sqlite = SqliteMetadataStore::open(folder.path().join("metadata.sqlite")).expect("a new database");
    [
        Store { name: "memory", store: Arc::new(MemoryMetadataStore::new()), _folder: None },
        Store { name: "sqlite", store: Arc::new(sqlite), _folder: Some(folder) },
    ]
}

fn repository() -> RepositoryName {
    "library/alpine".parse().expect("a valid name")
}

fn start() -> Commit {
    Commit::new(Actor::anonymous(), Timestamp::from_micros(1_800_000_000_000_000))
}

/// What finishing an upload commits: the bytes' location and the repository's link, with one event.
fn new_blob(number: u64) -> Commit {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    let digest = Digest::from_bytes(Algorithm::Sha256, &bytes).expect("32 bytes");
    let location = format!("ab/{number:032x}").into();
    start().change(Change::StoreBlob { digest, size: 4096, location }).change(Change::LinkBlob {
        repository: repository(),
        digest,
        leased_until: Timestamp::from_micros(1_800_086_400_000_000),
    })
}

fn commits(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("metadata commit");
    group.throughput(Throughput::Elements(1));
    for Store { name, store, _folder } in stores() {
        let next = Arc::new(AtomicU64::new(0));
        for writers in [1, 8] {
            let id = BenchmarkId::new(name, format!("{writers} at once"));
            group.bench_function(id, |bencher| {
                bencher.to_async(&runtime).iter_custom(|iterations| {
                    let (store, next) = (Arc::clone(&store), Arc::clone(&next));
                    write(store, next, writers, iterations)
                });
            });
        }
    }
    group.finish();
}

/// So many commits, shared by writers that each wait for one before the next.
async fn write(
    store: Arc<dyn MetadataStore>,
    next: Arc<AtomicU64>,
    writers: u64,
    iterations: u64,
) -> Duration {
    let end = next.load(Ordering::SeqCst) + iterations;
    let begin = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= end {
                        break;
                    }
                    store.commit(new_blob(number)).await.expect("a commit");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a writer");
    }
    begin.elapsed()
}

fn pages(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("page of 100 tags");
    for count in [1_000, 100_000] {
        for Store { name, store, _folder } in stores() {
            runtime.block_on(tag(&*store, count));
            let page = PageRequest::after(format!("tag-{:08}", count / 2), 100);
            let repository = repository();
            group.bench_function(BenchmarkId::new(name, format!("of {count}")), |bencher| {
                bencher.to_async(&runtime).iter(|| async {
                    let tags = store.tags(&repository, &page).await.expect("a page");
                    assert_eq!(tags.items.len(), 100);
                });
            });
        }
    }
    group.finish();
}

/// Puts one manifest and so many tags on it, a thousand in each commit.
async fn tag(store: &dyn MetadataStore, count: u32) {
    let bytes = Bytes::from_static(b"{}");
    let digest = Digest::sha256_of(&bytes);
    let until = Timestamp::from_micros(1_800_086_400_000_000);
    let manifest = Box::new(NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes, until));
    let put = Change::PutManifest { repository: repository(), manifest };
    store.commit(start().change(put)).await.expect("a manifest");
    for from in (0..count).step_by(1000) {
        let tags = (from..from + 1000).map(|number| {
            let tag: Tag = format!("tag-{number:08}").parse().expect("a valid tag");
            Change::SetTag { repository: repository(), tag, digest, cause: TagCause::Push }
        });
        let commit = tags.fold(start(), Commit::change);
        store.commit(commit).await.expect("a thousand tags");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = commits, pages
}
criterion_main!(benches);
