//! Registries that move from one pair of stores to another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use registry_core::{Digest, EventKind, PageRequest};
use registry_engine::migrate::{Migrated, Migration};
use registry_engine::{Condition, Error, MountSource};
use registry_storage::metadata::MemoryMetadataStore;
use registry_storage::{Change, Commit};

use crate::support::fault::{Fault, Faults};
use crate::support::image::push;
use crate::support::{Image, World, actor, index_of, name, tag};

/// Everything that can happen to a registry, once at least.
async fn live(world: &World) {
    for content in [&b"{}"[..], b"a", b"b", b"unused"] {
        world.blob("a/b", content).await;
        world.clock.advance(Duration::from_millis(1));
    }
    let (one, other) = (Image::new(b"{}").layer(b"a"), Image::new(b"{}").layer(b"b"));
    let repository = world.repository("a/b");
    for (image, under) in [(&one, "latest"), (&other, "latest"), (&one, "v1"), (&other, "gone"), (&one, "v2")]
    {
        image.push(world, "a/b", under).await.unwrap();
        world.clock.advance(Duration::from_millis(1));
    }
    repository.restore_tag(actor(), &tag("latest"), &one.digest(), Condition::Any).await.unwrap();
    repository.delete_tag(actor(), &tag("v2"), Condition::Any).await.unwrap();
    repository.delete_blob(actor(), &Digest::sha256_of(b"unused")).await.unwrap();
    // What refers to something, also by the tag that older clients keep a list under.
    let signature = Image::new(b"{}").subject(&one.digest());
    signature.push_untagged(world, "a/b").await;
    let list = index_of(&[&signature]);
    push(world, "a/b", &one.digest().to_string().replace(':', "-"), list).await.unwrap();
    push(world, "a/b", "all", index_of(&[&one, &other])).await.unwrap();
    // Another repository lives on what the first has.
    for content in [&b"{}"[..], b"a"] {
        let digest = Digest::sha256_of(content);
        world
            .repository("c")
            .mount_blob(actor(), &digest, MountSource::Repository(name("a/b")))
            .await
            .unwrap();
    }
    one.push(world, "c", "gone").await.unwrap();
    world.repository("c").delete_manifest(actor(), &one.digest(), Condition::Any).await.unwrap();
    for (key, value) in [("x", &b"1"[..]), ("y", b"2"), ("x", b"3")] {
        let (kind, key, value) = ("test".to_owned(), key.to_owned(), Bytes::from_static(value));
        documents(world, Change::PutDocument { kind, key, value }).await;
    }
    documents(world, Change::DeleteDocument { kind: "test".to_owned(), key: "y".to_owned() }).await;
}

async fn documents(world: &World, change: Change) {
    let commit = Commit::new(actor().clone(), world.registry.now()).change(change);
    world.metadata.commit(commit).await.unwrap();
}

async fn moved(source: &World, target: &World) -> Migrated {
    let migration = Migration::new(&source.registry, &target.registry);
    let migrated = migration.run(&|_| {}).await.unwrap();
    migration.verify(true).await.unwrap();
    migrated
}

async fn everything_is_the_same_at_the_target(source: World) {
    live(&source).await;
    let log = source.registry.events(0, 1_000).await.unwrap();
    let kinds: BTreeSet<_> = log.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, EventKind::NAMES.into(), "the test does not do everything");
    let target = World::in_memory();
    let migrated = moved(&source, &target).await;
    assert_eq!((migrated.seq, migrated.blobs, migrated.bytes), (log.len() as u64, 4, 10));
    assert_eq!(target.registry.events(0, 1_000).await.unwrap(), log);
    let all = PageRequest::first(100);
    let (one, config) = (Image::new(b"{}").layer(b"a").digest(), Digest::sha256_of(b"{}"));
    for world in [&source, &target] {
        let repository = world.repository("a/b");
        let history = repository.tag_history(&tag("latest"), None, 100).await.unwrap();
        assert_eq!(history.items.len(), 3);
        let referrers = repository.referrers(&one, None, &all).await.unwrap();
        assert_eq!(referrers.items.len(), 1);
        // What is in use at the source is in use at the target.
        let error = repository.delete_blob(actor(), &config).await.unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error:?}");
        let error = repository.delete_manifest(actor(), &one, Condition::Any).await.unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error:?}");
        // What an older client lists is not held by its list.
        let signature = Image::new(b"{}").subject(&one).digest();
        repository.delete_manifest(actor(), &signature, Condition::Any).await.unwrap();
        let document = world.metadata.document("test", "x").await.unwrap().unwrap();
        assert_eq!((document.value, document.version), (Bytes::from_static(b"3"), log.len() as u64 - 1));
    }
    assert_eq!(source.registry.last_event().await.unwrap(), target.registry.last_event().await.unwrap());
}

async fn a_second_run_moves_only_what_is_new(source: World) {
    live(&source).await;
    let target = World::in_memory();
    let first = moved(&source, &target).await;
    let steps = AtomicUsize::new(0);
    let count = |_| {
        steps.fetch_add(1, Ordering::Relaxed);
    };
    let migration = Migration::new(&source.registry, &target.registry);
    assert_eq!(migration.run(&count).await.unwrap().seq, first.seq);
    assert_eq!(steps.load(Ordering::Relaxed), 0);
    source.blob("d", b"new").await;
    let migrated = migration.run(&count).await.unwrap();
    assert_eq!((migrated.seq, migrated.blobs, migrated.bytes), (first.seq + 1, 1, 3));
    assert_eq!(steps.load(Ordering::Relaxed), 1);
}

async fn it_goes_on_after_any_failure(source: World) {
    live(&source).await;
    for fault in [Fault::Unavailable, Fault::AnswerLost, Fault::Full] {
        for call in 0.. {
            let faults = Faults::default();
            let target = faults.around(World::in_memory());
            faults.arm(call, fault);
            let migration = Migration::new(&source.registry, &target.registry);
            let failed = migration.run(&|_| {}).await.is_err();
            let reached = faults.calls() > call;
            faults.disarm();
            moved(&source, &target).await;
            assert!(!failed || reached);
            if !reached {
                assert!(call > 30, "only {call} calls");
                break;
            }
        }
    }
}

async fn damaged_content_is_named_and_not_moved(source: World) {
    live(&source).await;
    let digest = source.blob("late", b"soon damaged").await;
    let stored = source.metadata.stored_blob(&digest).await.unwrap().unwrap();
    source.blobs.delete(&stored.location).await.unwrap();
    let target = World::in_memory();
    let migration = Migration::new(&source.registry, &target.registry);
    let error = migration.run(&|_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { digest: named, .. } if named == digest), "{error:?}");
    assert!(target.metadata.stored_blob(&digest).await.unwrap().is_none());
    // Pushed again, it can be moved.
    source.blob("late", b"soon damaged").await;
    moved(&source, &target).await;
}

async fn a_target_with_content_of_its_own_is_left_alone(source: World) {
    live(&source).await;
    let target = World::in_memory();
    target.blob("mine", b"my own").await;
    let migration = Migration::new(&source.registry, &target.registry);
    let error = migration.run(&|_| {}).await.unwrap_err();
    assert!(matches!(&error, Error::Diverged { what } if what == "event 1"), "{error:?}");
    assert_eq!(target.registry.last_event().await.unwrap(), 1);
}

async fn a_difference_is_found(source: World) {
    live(&source).await;
    for lost in [false, true] {
        let target = World::in_memory();
        moved(&source, &target).await;
        if lost {
            let stored = target.metadata.stored_blob(&Digest::sha256_of(b"a")).await.unwrap().unwrap();
            target.blobs.delete(&stored.location).await.unwrap();
        } else {
            target.blob("e", b"another").await;
        }
        let migration = Migration::new(&source.registry, &target.registry);
        for read_back in [true, false] {
            let error = migration.verify(read_back).await.unwrap_err();
            let found = if lost {
                matches!(error, Error::Corrupt { .. })
            } else {
                matches!(error, Error::Diverged { .. })
            };
            assert!(found, "{error:?}");
        }
    }
}

async fn bytes_in_one_store_are_not_copied(source: World) {
    live(&source).await;
    let blobs = Arc::clone(&source.blobs);
    let target = World::in_memory().through(|_| blobs, |_| Arc::new(MemoryMetadataStore::new()));
    let before = source.stored().await;
    let migration = Migration::new(&source.registry, &target.registry).sharing_bytes();
    assert_eq!(migration.run(&|_| {}).await.unwrap().blobs, 0);
    migration.verify(true).await.unwrap();
    assert_eq!(target.stored().await, before);
}

on_each_store![
    everything_is_the_same_at_the_target,
    a_second_run_moves_only_what_is_new,
    it_goes_on_after_any_failure,
    damaged_content_is_named_and_not_moved,
    a_target_with_content_of_its_own_is_left_alone,
    a_difference_is_found,
    bytes_in_one_store_are_not_copied,
];
