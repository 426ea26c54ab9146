//! Caches of several replicas before one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use registry_core::{Digest, Reference};
use registry_storage::MetadataStore;
use registry_storage::conformance::Fixture;
use registry_storage::metadata::{
    BlobIndex, CachedMetadataStore, EventLog, ManifestIndex, PostgresMetadataStore, PostgresOptions,
};

use crate::cluster::Cluster;
use crate::support::{commit, digest, link, manifest, name, put, set, store_blob, tag, write};

type Cache = CachedMetadataStore<PostgresMetadataStore>;

async fn replica(options: &PostgresOptions) -> Cache {
    CachedMetadataStore::new(Arc::new(PostgresMetadataStore::connect(options).await.unwrap()), 1 << 20)
}

async fn fixture() -> Fixture<Cache> {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    let store = replica(&options).await;
    Fixture::new(store, move || {
        let options = options.clone();
        async move { replica(&options).await }
    })
}

registry_storage::metadata_store_conformance!(behind_a_cache, fixture);

/// To which manifest the tag points.
async fn pointed(store: &impl ManifestIndex) -> Option<Digest> {
    let record = store.manifest(&name("here"), &Reference::Tag(tag("latest"))).await.unwrap();
    record.map(|record| record.digest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_older_than_the_question_is_answered() {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    let caches = [Arc::new(replica(&options).await), Arc::new(replica(&options).await)];
    let here = name("here");
    let first: Vec<_> = (0..120).map(|number| put(&here, manifest(digest(number)))).collect();
    caches[0].commit(commit(first)).await.unwrap();
    caches[0].commit(commit([set(&here, "latest", digest(0))])).await.unwrap();
    let numbers: Arc<Vec<Digest>> = Arc::new((0..120).map(digest).collect());
    let acknowledged = Arc::new(AtomicU32::new(0));
    let mut readers = Vec::new();
    for reader in 0..6 {
        let (cache, numbers) = (Arc::clone(&caches[reader % 2]), Arc::clone(&numbers));
        let acknowledged = Arc::clone(&acknowledged);
        readers.push(tokio::spawn(async move {
            let mut newest = 0;
            while newest < 119 {
                let before = acknowledged.load(Ordering::SeqCst);
                let found = pointed(&*cache).await.unwrap();
                newest = u32::try_from(numbers.iter().position(|digest| *digest == found).unwrap()).unwrap();
                assert!(newest >= before, "{newest} was answered after {before} was acknowledged");
            }
        }));
    }
    for (number, digest) in (0..).zip(numbers.iter()).skip(1) {
        caches[0].commit(commit([set(&here, "latest", *digest)])).await.unwrap();
        acknowledged.store(number, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(number % 4))).await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(caches.iter().all(|cache| cache.stats().hits > 0), "nothing was answered from memory");
}

/// Whoever commits anything gives the store another version, and nobody else does.
#[tokio::test]
async fn the_version_changes_with_every_commit() {
    let cluster = Cluster::durable();
    let store = PostgresMetadataStore::connect(&cluster.options(&cluster.database().await)).await.unwrap();
    let mut unchanged = 0;
    let mut versions = vec![store.version().await.unwrap()];
    for number in 0..20 {
        store.commit(commit([write("key", &number.to_string())])).await.unwrap();
        let version = store.version().await.unwrap();
        assert!(version.server.is_some() && version.state.is_some());
        assert!(!versions.contains(&version), "{version:?} again");
        store.events(0, 10).await.unwrap();
        unchanged += usize::from(store.version().await.unwrap() == version);
        versions.push(version);
    }
    // The database may clean up by itself meanwhile.
    assert!(unchanged > 10, "reading changes nothing, and yet it did not in {unchanged} of 20 rounds");
}

/// A commit that has no number yet may be one that was answered elsewhere: the database is asked.
#[tokio::test]
async fn a_commit_without_a_number_is_seen() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let store = Arc::new(PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap());
    let cache = CachedMetadataStore::new(Arc::clone(&store), 1 << 20);
    let here = name("here");
    let both = [put(&here, manifest(digest(1))), put(&here, manifest(digest(2)))];
    store.commit(commit(both)).await.unwrap();
    store.commit(commit([set(&here, "latest", digest(1))])).await.unwrap();
    for _ in 0..3 {
        assert_eq!(pointed(&cache).await, Some(digest(1)));
    }
    let hits = cache.stats().hits;
    assert!(hits > 0);
    // As if the replica that moved the tag had been stopped before it asked for a number.
    store.commit(commit([set(&here, "latest", digest(2))])).await.unwrap();
    let unnumber = "UPDATE registry.commits SET first = NULL, horizon = NULL \
        WHERE first = (SELECT max(first) FROM registry.commits)";
    cluster.sql(&database, unnumber);
    assert_eq!(
        store.events_at_hand(0, 10).await.unwrap(),
        None,
        "what is not numbered is waited for by nobody"
    );
    assert_eq!(pointed(&cache).await, Some(digest(2)));
    assert_eq!(cache.stats().hits, hits, "the database was asked");
}

/// A database that was restored from an older copy, and has gone on from there.
#[tokio::test]
async fn a_log_that_went_back_empties_the_cache() {
    let cluster = Cluster::shared();
    let (before, database) = (cluster.database().await, cluster.database().await);
    let options = cluster.options(&database);
    let cache = replica(&options).await;
    let here = name("here");
    let stored = [store_blob(digest(9)), link(&here, digest(9))];
    let both = [put(&here, manifest(digest(1))), put(&here, manifest(digest(2)))];
    cache.commit(commit(stored.into_iter().chain(both))).await.unwrap();
    cache.commit(commit([set(&here, "latest", digest(1))])).await.unwrap();
    copy(cluster, &database, &before);
    reconnected(&cache).await;
    cache.commit(commit([set(&here, "latest", digest(2))])).await.unwrap();
    for _ in 0..3 {
        assert_eq!(pointed(&cache).await, Some(digest(2)));
        assert!(cache.readable_blob(&here, &digest(9)).await.unwrap().is_some());
    }
    copy(cluster, &before, &database);
    // As many events as there were, of something else.
    let other = replica(&options).await;
    other.commit(commit([set(&name("here"), "other", digest(1))])).await.unwrap();
    reconnected(&cache).await;
    assert_eq!(pointed(&cache).await, Some(digest(1)));
    assert!(cache.readable_blob(&here, &digest(9)).await.unwrap().is_some());
}

/// Waits until the store knows that its connections were closed.
async fn reconnected(store: &impl EventLog) {
    for _ in 0..100 {
        let asked: Vec<_> = (0..16).map(|_| store.last_event()).collect();
        if futures_util::future::join_all(asked).await.iter().all(Result::is_ok) {
            return;
        }
    }
    panic!("the store does not connect again");
}

/// One of several servers may be a standby that lags behind.
#[tokio::test]
async fn nothing_is_kept_of_several_servers() {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    let folder = cluster.folder().display();
    for (more, kept) in [("", false), (" target_session_attrs=read-write", true)] {
        let mut options = options.clone();
        options.url = format!("{}{more}", options.url.replacen("host=", &format!("host={folder},"), 1));
        let cache = replica(&options).await;
        let here = name("here");
        cache
            .commit(commit([put(&here, manifest(digest(1))), set(&here, "latest", digest(1))]))
            .await
            .unwrap();
        for _ in 0..3 {
            assert_eq!(pointed(&cache).await, Some(digest(1)));
        }
        assert_eq!(cache.stats().hits > 0, kept, "{}", options.url);
        assert!(!cache.events(0, 1).await.unwrap().is_empty());
    }
}

/// Makes one database what another one is.
fn copy(cluster: &Cluster, from: &str, to: &str) {
    cluster.sql("postgres", &format!("DROP DATABASE \"{to}\" WITH (FORCE)"));
    // A template must have no guests, and pools come again.
    cluster.sql("postgres", &format!("ALTER DATABASE \"{from}\" ALLOW_CONNECTIONS false"));
    let end = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname =";
    cluster.sql("postgres", &format!("{end} '{from}'"));
    cluster.sql("postgres", &format!("CREATE DATABASE \"{to}\" TEMPLATE \"{from}\""));
    cluster.sql("postgres", &format!("ALTER DATABASE \"{from}\" ALLOW_CONNECTIONS true"));
}
