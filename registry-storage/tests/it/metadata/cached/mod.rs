//! A cache, and another one on another replica, before one store.

mod model;
mod races;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use registry_core::{Actor, Digest, MediaType, Reference, RepositoryName, TagCause, Timestamp};
use registry_storage::metadata::{
    BlobIndex, CachedMetadataStore, ManifestIndex, MemoryMetadataStore, NewManifest,
};
use registry_storage::{Change, Commit, MetadataStore, Observed, StoreCall, StoreObserver};

type Cache = CachedMetadataStore<Observed<MemoryMetadataStore>>;

/// Counts the calls of a store, and answers each a moment after it was carried out.
#[derive(Debug, Default)]
struct Calls {
    counted: Mutex<BTreeMap<&'static str, u32>>,
    delay: Duration,
    /// Two words for the next answer of a manifest: that it was read, and that it may be given.
    held: Mutex<Option<(Sender<()>, Receiver<()>)>>,
}

impl StoreObserver for Calls {
    fn called(&self, call: &StoreCall<'_>) {
        let number = {
            let mut counted = self.counted.lock().unwrap();
            let number = counted.entry(call.action).or_default();
            *number += 1;
            *number
        };
        std::thread::sleep(self.delay * (number % 3));
        let held = if call.action == "manifest" { self.held.lock().unwrap().take() } else { None };
        if let Some((read, given)) = held {
            read.send(()).unwrap();
            given.recv().unwrap();
        }
    }
}

impl Calls {
    fn of(&self, action: &str) -> u32 {
        self.counted.lock().unwrap().get(action).copied().unwrap_or_default()
    }
}

/// A cache before this store, as a replica has it.
fn replica(store: &MemoryMetadataStore, delay: Duration) -> (Arc<Cache>, Arc<Calls>) {
    let calls = Arc::new(Calls { delay, ..Calls::default() });
    let observed = Observed::new(Arc::new(store.clone()), Arc::<Calls>::clone(&calls));
    (Arc::new(CachedMetadataStore::new(Arc::new(observed), 1 << 20)), calls)
}

fn here() -> RepositoryName {
    "here".parse().unwrap()
}

fn latest() -> Reference {
    Reference::Tag("latest".parse().unwrap())
}

/// The number as a manifest, under the tag.
fn set(number: u32) -> Commit {
    let bytes = Bytes::from(number.to_string());
    let digest = Digest::sha256_of(&bytes);
    let manifest = NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes, Timestamp::from_micros(1));
    commit([
        Change::PutManifest { repository: here(), manifest: Box::new(manifest) },
        Change::SetTag { repository: here(), tag: "latest".parse().unwrap(), digest, cause: TagCause::Push },
    ])
}

fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
    let mut commit = Commit::new(Actor::anonymous(), Timestamp::from_micros(1));
    commit.changes.extend(changes);
    commit
}

/// The number under the tag.
async fn number(store: &impl ManifestIndex) -> Option<u32> {
    let record = store.manifest(&here(), &latest()).await.unwrap();
    record.map(|record| std::str::from_utf8(&record.bytes).unwrap().parse().unwrap())
}

#[tokio::test]
async fn what_was_read_is_not_read_again() {
    let (cache, calls) = replica(&MemoryMetadataStore::new(), Duration::ZERO);
    let digest = Digest::sha256_of(b"7");
    cache.commit(set(7)).await.unwrap();
    let store = Change::StoreBlob { digest, size: 1, location: "at".into() };
    let link = Change::LinkBlob { repository: here(), digest, leased_until: Timestamp::from_micros(1) };
    cache.commit(commit([store, link])).await.unwrap();
    for _ in 0..10 {
        assert_eq!(number(&*cache).await, Some(7));
        assert_eq!(cache.manifest_stat(&here(), &latest()).await.unwrap().unwrap().size, 1);
        assert_eq!(cache.manifest(&here(), &digest.into()).await.unwrap().unwrap().bytes, "7");
        assert_eq!(cache.readable_blob(&here(), &digest).await.unwrap().unwrap().location.as_str(), "at");
    }
    let read = ["manifest", "manifest_stat", "readable_blob"].map(|action| calls.of(action));
    assert_eq!(read, [1, 0, 1], "{calls:?}");
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses), (38, 2));
    assert!(stats.bytes > 0);
}

#[tokio::test]
async fn a_change_on_one_replica_is_seen_by_the_next_question_on_another() {
    let store = MemoryMetadataStore::new();
    let ((one, _), (other, _)) = (replica(&store, Duration::ZERO), replica(&store, Duration::ZERO));
    for count in 0..50 {
        one.commit(set(count)).await.unwrap();
        for cache in [&other, &one, &other, &one] {
            assert_eq!(number(&**cache).await, Some(count));
        }
    }
    let digest = Digest::sha256_of(b"49");
    other.commit(commit([Change::DeleteManifest { repository: here(), digest }])).await.unwrap();
    for cache in [&one, &other] {
        assert_eq!(number(&**cache).await, None, "by tag");
        assert_eq!(cache.manifest(&here(), &digest.into()).await.unwrap(), None, "by digest");
        assert_eq!(cache.manifest_stat(&here(), &digest.into()).await.unwrap(), None, "without bytes");
    }
}

/// More happens than is worth reading.
#[tokio::test]
async fn a_cache_that_was_idle_for_long_begins_anew() {
    let store = MemoryMetadataStore::new();
    let (cache, calls) = replica(&store, Duration::ZERO);
    store.commit(set(1)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(number(&*cache).await, Some(1));
    }
    for count in 0..3_000 {
        store.commit(set(count)).await.unwrap();
    }
    let looks = calls.of("events_at_hand");
    for _ in 0..3 {
        assert_eq!(number(&*cache).await, Some(2_999));
    }
    assert!(calls.of("events_at_hand") - looks < 10, "{calls:?}");
}

#[tokio::test]
async fn a_cache_keeps_within_its_bytes() {
    let store = MemoryMetadataStore::new();
    let cache = CachedMetadataStore::new(Arc::new(store.clone()), 100_000);
    let mut digests = Vec::new();
    for count in 0..100_u32 {
        let bytes = Bytes::from(count.to_string().repeat(5_000));
        let digest = Digest::sha256_of(&bytes);
        let manifest = NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes, Timestamp::from_micros(1));
        let put = Change::PutManifest { repository: here(), manifest: Box::new(manifest) };
        store.commit(commit([put])).await.unwrap();
        digests.push(digest);
    }
    for digest in &digests {
        for _ in 0..3 {
            assert!(cache.manifest(&here(), &(*digest).into()).await.unwrap().is_some());
        }
        assert!(cache.stats().bytes <= 100_000, "{:?}", cache.stats());
    }
    assert!(cache.stats().hits > 0);
}
