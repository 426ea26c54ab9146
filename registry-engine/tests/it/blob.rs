//! Blobs: one-shot uploads, reading, presence and its lease, mounting, deleting.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use registry_core::{Algorithm, Digest, ErrorCode, PageRequest, RepositoryName};
use registry_engine::{Clock, Error, MountSource};
use registry_storage::metadata::CachedMetadataStore;

use crate::support::body::collect;
use crate::support::{Image, World, actor, body, broken, name, pieces};

const CONTENT: &[u8] = b"The quick brown fox jumps over the lazy dog";

async fn c23_a_blob_is_put_in_one_request(world: World) {
    let repository = world.repository("a/b");
    for algorithm in Algorithm::ALL {
        let digest = Digest::of(algorithm, CONTENT);
        assert!(matches!(repository.stat_blob(&digest).await, Err(Error::BlobUnknown { .. })));
        let length = Some(CONTENT.len() as u64);
        let put = repository.put_blob(actor(), &digest, length, pieces(CONTENT, 5)).await.unwrap();
        assert_eq!((put.digest, put.size), (digest, CONTENT.len() as u64));
        // R7: there at once.
        assert_eq!(repository.stat_blob(&digest).await.unwrap(), put);
        let blob = repository.read_blob(&digest).await.unwrap();
        assert_eq!((blob.digest(), blob.size()), (digest, put.size));
        assert_eq!(collect(blob.read(0..put.size).await.unwrap()).await, CONTENT);
        assert_eq!(collect(blob.read(4..9).await.unwrap()).await, b"quick");
        assert_eq!(collect(blob.read(9..9).await.unwrap()).await, b"");
    }
}

async fn a_refused_one_shot_upload_leaves_nothing(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let put = |length, content| repository.put_blob(actor(), &digest, length, content);
    let wrong = put(None, body(b"other")).await;
    assert!(matches!(wrong, Err(Error::DigestMismatch { .. })), "{wrong:?}");
    for length in [0, 1, 42, 44, u64::MAX] {
        let wrong = put(Some(length), pieces(CONTENT, 10)).await;
        assert!(
            matches!(wrong, Err(Error::SizeMismatch { expected, .. }) if expected == length),
            "{wrong:?}"
        );
    }
    let wrong = put(None, broken(&CONTENT[..20])).await;
    assert!(matches!(wrong, Err(Error::Interrupted { .. })), "{wrong:?}");
    assert!(!repository.exists().await.unwrap());
    assert_eq!(world.stored().await, 0);
    assert_eq!(world.registry.events(0, 10).await.unwrap(), []);
}

async fn i14_the_same_content_is_stored_once(world: World) {
    let digest = world.blob("a/b", CONTENT).await;
    world.blob("a/b", CONTENT).await;
    world.blob("c/d", CONTENT).await;
    assert_eq!(world.stored().await, 1);
    assert_eq!(world.registry.events(0, 10).await.unwrap().len(), 2);
    world.repository("a/b").delete_blob(actor(), &digest).await.unwrap();
    assert_eq!(world.repository("c/d").stat_blob(&digest).await.unwrap().size, CONTENT.len() as u64);
    world.blob("a/b", CONTENT).await;
    assert_eq!(world.stored().await, 1);
}

async fn lost_bytes_are_not_there_and_are_healed_by_a_push(world: World) {
    let digest = world.blob("a/b", CONTENT).await;
    let repository = world.repository("a/b");
    let stored = world.metadata.stored_blob(&digest).await.unwrap().unwrap();
    world.blobs.delete(&stored.location).await.unwrap();
    let error = repository.stat_blob(&digest).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { digest: damaged, .. } if damaged == digest), "{error:?}");
    assert_eq!(error.code(), ErrorCode::BlobUnknown);
    let read = repository.read_blob(&digest).await.unwrap();
    assert!(matches!(read.read(0..read.size()).await, Err(Error::Corrupt { .. })));
    // Neither is it mounted.
    let mount = MountSource::Repository(name("a/b"));
    assert_eq!(world.repository("c/d").mount_blob(actor(), &digest, mount).await.unwrap(), None);
    world.blob("c/d", CONTENT).await;
    let healed = world.metadata.stored_blob(&digest).await.unwrap().unwrap();
    assert_ne!(healed.location, stored.location);
    let read = repository.read_blob(&digest).await.unwrap();
    assert_eq!(collect(read.read(0..read.size()).await.unwrap()).await, CONTENT);
}

/// M-17: another replica remembers where the lost bytes lay.
async fn healed_bytes_are_found_where_they_are_now(world: World) {
    let pusher = world.second();
    let reader =
        world.through(|blobs| blobs, |metadata| Arc::new(CachedMetadataStore::new(metadata, 1 << 20)));
    let digest = reader.blob("a/b", CONTENT).await;
    let whole = 0..CONTENT.len() as u64;
    for _ in 0..3 {
        let read = reader.repository("a/b").read_blob(&digest).await.unwrap();
        assert_eq!(collect(read.read(whole.clone()).await.unwrap()).await, CONTENT);
    }
    for round in ["a/b", "c/d", "a/b"] {
        let stored = reader.metadata.stored_blob(&digest).await.unwrap().unwrap();
        reader.blobs.delete(&stored.location).await.unwrap();
        pusher.repository(name(round)).put_blob(actor(), &digest, None, body(CONTENT)).await.unwrap();
        let read = reader.repository("a/b").read_blob(&digest).await.unwrap();
        assert_eq!(
            collect(read.read(whole.clone()).await.unwrap()).await,
            CONTENT,
            "after a push to {round}"
        );
    }
}

async fn bytes_of_a_wrong_size_are_healed_by_a_push(world: World) {
    let digest = world.blob("a/b", CONTENT).await;
    let repository = world.repository("a/b");
    let stored = world.metadata.stored_blob(&digest).await.unwrap().unwrap();
    // Metadata and bytes agree, and yet it is not what was pushed.
    let shorter = Digest::sha256_of(b"shorter");
    repository.put_blob(actor(), &shorter, None, body(b"shorter")).await.unwrap();
    let location = world.metadata.stored_blob(&shorter).await.unwrap().unwrap().location;
    let change = registry_storage::Change::StoreBlob { digest, size: 7, location };
    let commit = registry_storage::Commit::new(actor().clone(), Clock::now(&*world.clock)).change(change);
    world.metadata.commit(commit).await.unwrap();
    world.blob("a/b", CONTENT).await;
    let healed = world.metadata.stored_blob(&digest).await.unwrap().unwrap();
    assert_eq!(healed.size, stored.size);
    let read = repository.read_blob(&digest).await.unwrap();
    assert_eq!(collect(read.read(0..read.size()).await.unwrap()).await, CONTENT);
}

async fn c35_a_mount_links_what_the_source_has(world: World) {
    let digest = world.blob("a/b", CONTENT).await;
    let target = world.repository("c/d");
    let from = |source: &str| MountSource::Repository(name(source));
    let mount = |source: &str| target.mount_blob(actor(), &digest, from(source));
    // A source that lacks the blob, or does not exist, is no error (R8).
    assert_eq!(mount("no/where").await.unwrap(), None);
    world.blob("x/y", b"else").await;
    assert_eq!(mount("x/y").await.unwrap(), None);
    assert!(!target.exists().await.unwrap());
    let stat = mount("a/b").await.unwrap().unwrap();
    assert_eq!((stat.digest, stat.size), (digest, CONTENT.len() as u64));
    assert_eq!(target.stat_blob(&digest).await.unwrap(), stat);
    assert_eq!(world.stored().await, 2);
    // It is there now, so any source will do, and nothing more is told.
    let events = world.registry.events(0, 10).await.unwrap().len();
    assert_eq!(mount("no/where").await.unwrap(), Some(stat));
    assert_eq!(world.registry.events(0, 10).await.unwrap().len(), events);
    world.repository("a/b").delete_blob(actor(), &digest).await.unwrap();
    assert_eq!(target.stat_blob(&digest).await.unwrap(), stat);
}

async fn c36_t14_a_mount_from_anywhere_asks_for_each_candidate(world: World) {
    let digest = world.blob("a/secret", CONTENT).await;
    world.blob("b/secret", CONTENT).await;
    world.blob("c/open", CONTENT).await;
    world.blob("d/open", CONTENT).await;
    world.blob("a/open", b"else").await;
    let asked = std::sync::Mutex::new(Vec::new());
    let allowed = |open: bool| {
        let asked = &asked;
        move |name: RepositoryName| {
            asked.lock().unwrap().push(name.to_string());
            async move { open && name.as_str().ends_with("/open") }.boxed()
        }
    };
    let target = world.repository("t/t");
    let nobody = allowed(false);
    assert_eq!(target.mount_blob(actor(), &digest, MountSource::AnyOf(&nobody)).await.unwrap(), None);
    assert_eq!(*asked.lock().unwrap(), ["a/secret", "b/secret", "c/open", "d/open"]);
    asked.lock().unwrap().clear();
    let open = allowed(true);
    let unknown = Digest::sha256_of(b"unknown");
    assert_eq!(target.mount_blob(actor(), &unknown, MountSource::AnyOf(&open)).await.unwrap(), None);
    assert!(!target.exists().await.unwrap());
    let stat = target.mount_blob(actor(), &digest, MountSource::AnyOf(&open)).await.unwrap().unwrap();
    assert_eq!(stat.size, CONTENT.len() as u64);
    assert_eq!(*asked.lock().unwrap(), ["a/secret", "b/secret", "c/open"]);
}

async fn i8_presence_is_leased_and_seldom_written(world: World) {
    let window = world.registry.settings().lease_window;
    let digest = world.blob("a/b", CONTENT).await;
    let repository = world.repository("a/b");
    let leased_until =
        || async { world.metadata.blob(repository.name(), &digest).await.unwrap().unwrap().leased_until };
    let first = leased_until().await;
    let now = Clock::now(&*world.clock);
    assert_eq!(first, now.saturating_add(window));
    world.clock.advance(window / 2);
    repository.stat_blob(&digest).await.unwrap();
    repository.read_blob(&digest).await.unwrap();
    assert_eq!(leased_until().await, first, "half of the window is left");
    world.clock.advance(Duration::from_millis(1));
    repository.read_blob(&digest).await.unwrap();
    assert_eq!(leased_until().await, first, "reading writes nothing");
    repository.stat_blob(&digest).await.unwrap();
    let second = leased_until().await;
    assert_eq!(second, Clock::now(&*world.clock).saturating_add(window));
    // A mount and an upload promise as much.
    world.clock.advance(Duration::from_secs(1));
    let here = MountSource::Repository(name("no/where"));
    repository.mount_blob(actor(), &digest, here).await.unwrap().unwrap();
    let third = leased_until().await;
    assert_eq!(third, second.saturating_add(Duration::from_secs(1)));
    world.clock.advance(Duration::from_secs(1));
    world.blob("a/b", CONTENT).await;
    assert_eq!(leased_until().await, third.saturating_add(Duration::from_secs(1)));
    assert_eq!(world.registry.events(0, 10).await.unwrap().len(), 1);
}

async fn c61_c72_a_blob_in_use_is_not_deleted(world: World) {
    let repository = world.repository("a/b");
    let (config, layer) = (world.blob("a/b", b"{}").await, world.blob("a/b", CONTENT).await);
    let other = world.blob("a/b", b"unused").await;
    Image::new(b"{}").layer(CONTENT).push(&world, "a/b", "v1").await.unwrap();
    for used in [config, layer] {
        let error = repository.delete_blob(actor(), &used).await.unwrap_err();
        assert!(matches!(error, Error::InUse { digest } if digest == used), "{error:?}");
        assert_eq!(error.code(), ErrorCode::Unsupported);
    }
    repository.delete_blob(actor(), &other).await.unwrap();
    assert!(matches!(repository.stat_blob(&other).await, Err(Error::BlobUnknown { .. })));
    assert!(matches!(repository.read_blob(&other).await, Err(Error::BlobUnknown { .. })));
    let again = repository.delete_blob(actor(), &other).await.unwrap_err();
    assert!(matches!(again, Error::BlobUnknown { .. }), "{again:?}");
    // Another repository's use does not count.
    world.blob("c/d", CONTENT).await;
    world.repository("c/d").delete_blob(actor(), &layer).await.unwrap();
    let manifest = Image::new(b"{}").layer(CONTENT).digest();
    repository.delete_manifest(actor(), &manifest, Default::default()).await.unwrap();
    repository.delete_blob(actor(), &layer).await.unwrap();
    repository.delete_blob(actor(), &config).await.unwrap();
    assert!(!repository.exists().await.unwrap());
}

async fn r6_t28_repositories_are_there_while_they_have_content(world: World) {
    let names = ["a", "a/b", "a/b/c", "a/b-c", "a/b.c", "a0"];
    let mut digests = Vec::new();
    for name in names {
        digests.push(world.blob(name, name.as_bytes()).await);
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let listed = |page: PageRequest| {
        let registry = world.registry.clone();
        async move {
            let page = registry.catalog(&page).await.unwrap();
            (page.items.iter().map(ToString::to_string).collect::<Vec<_>>(), page.more)
        }
    };
    let all: Vec<String> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(listed(PageRequest::first(6)).await, (all.clone(), false));
    assert_eq!(listed(PageRequest::first(2)).await, (all[..2].to_vec(), true));
    assert_eq!(listed(PageRequest::after("a/b", 100)).await, (all[2..].to_vec(), false));
    for (name, digest) in names.into_iter().zip(digests) {
        let repository = world.repository(name);
        repository.delete_blob(actor(), &digest).await.unwrap();
        assert!(!repository.exists().await.unwrap());
    }
    assert_eq!(listed(PageRequest::first(100)).await, (Vec::new(), false));
}

on_each_store![
    c23_a_blob_is_put_in_one_request,
    a_refused_one_shot_upload_leaves_nothing,
    i14_the_same_content_is_stored_once,
    lost_bytes_are_not_there_and_are_healed_by_a_push,
    healed_bytes_are_found_where_they_are_now,
    bytes_of_a_wrong_size_are_healed_by_a_push,
    c35_a_mount_links_what_the_source_has,
    c36_t14_a_mount_from_anywhere_asks_for_each_candidate,
    i8_presence_is_leased_and_seldom_written,
    c61_c72_a_blob_in_use_is_not_deleted,
    r6_t28_repositories_are_there_while_they_have_content,
];
