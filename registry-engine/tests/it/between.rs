//! Somebody else's change between a decision and its commit.

use registry_core::{Digest, TagCause};
use registry_engine::{Chunk, Condition, Error, MountSource, PutManifest, StartUpload};

use crate::support::fault::Faults;
use crate::support::{Image, World, actor, body, empty, index_of, name, tag};

/// The world, and what lets something happen before the next commit.
async fn images(world: World) -> (World, Faults, [Image; 3]) {
    let faults = Faults::default();
    let world = faults.around(world);
    for content in [&b"{}"[..], b"a", b"b", b"c"] {
        world.blob("a/b", content).await;
    }
    let image = |layer: &[u8]| Image::new(b"{}").layer(layer);
    (world, faults, [image(b"a"), image(b"b"), image(b"c")])
}

/// Somebody else pushes the image under the tag before the next commit.
fn push_before_commit(world: &World, faults: &Faults, image: &Image, under: &str) {
    let repository = world.second().repository(name("a/b"));
    let put = PutManifest::new(tag(under), image.bytes());
    faults.before_commit(async move {
        repository.put_manifest(actor(), put).await.unwrap();
    });
}

async fn a_tag_moves_before_a_conditional_push(world: World) {
    let (world, faults, [first, second, third]) = images(world).await;
    let repository = world.repository("a/b");
    let conditions = [
        (Condition::Is(vec![first.digest()]), false),
        (Condition::Exists, true),
        (Condition::IsNot(vec![third.digest()]), true),
        (Condition::IsNot(vec![second.digest()]), false),
    ];
    for (condition, holds) in conditions {
        first.push(&world, "a/b", "v1").await.unwrap();
        push_before_commit(&world, &faults, &second, "v1");
        let put = PutManifest { condition, ..PutManifest::new(tag("v1"), third.bytes()) };
        let answer = repository.put_manifest(actor(), put).await;
        let current = repository.manifest(&tag("v1").into()).await.unwrap().digest;
        if holds {
            assert_eq!((answer.unwrap().digest, current), (third.digest(), third.digest()));
        } else {
            let expected = Some(second.digest());
            assert!(matches!(answer, Err(Error::ConditionFailed { current }) if current == expected));
            assert_eq!(current, second.digest());
        }
    }
    push_before_commit(&world, &faults, &second, "new");
    let put = PutManifest { condition: Condition::Absent, ..PutManifest::new(tag("new"), third.bytes()) };
    let answer = repository.put_manifest(actor(), put).await;
    assert!(matches!(answer, Err(Error::ConditionFailed { current: Some(_) })), "{answer:?}");
}

async fn a_tag_moves_before_it_is_deleted(world: World) {
    let (world, faults, [first, second, _]) = images(world).await;
    let repository = world.repository("a/b");
    first.push(&world, "a/b", "v1").await.unwrap();
    push_before_commit(&world, &faults, &second, "v1");
    let condition = Condition::Is(vec![first.digest()]);
    let answer = repository.delete_tag(actor(), &tag("v1"), condition).await;
    assert!(matches!(answer, Err(Error::ConditionFailed { .. })), "{answer:?}");
    push_before_commit(&world, &faults, &first, "v1");
    repository.delete_tag(actor(), &tag("v1"), Condition::Any).await.unwrap();
    let newest = repository.tag_history(&tag("v1"), None, 1).await.unwrap().items.remove(0);
    assert_eq!((newest.previous, newest.cause), (Some(first.digest()), TagCause::Delete));
    first.push(&world, "a/b", "v1").await.unwrap();
    let other = world.second().repository(name("a/b"));
    faults.before_commit(async move {
        other.delete_tag(actor(), &tag("v1"), Condition::Any).await.unwrap();
    });
    let answer = repository.delete_tag(actor(), &tag("v1"), Condition::Any).await;
    assert!(matches!(answer, Err(Error::ManifestUnknown { .. })), "{answer:?}");
}

async fn i3_content_goes_before_the_manifest_comes(world: World) {
    let (world, faults, [first, second, _]) = images(world).await;
    let layer = Digest::sha256_of(b"a");
    let other = world.second().repository(name("a/b"));
    faults.before_commit(async move { other.delete_blob(actor(), &layer).await.unwrap() });
    let answer = first.push(&world, "a/b", "v1").await;
    assert!(matches!(answer, Err(Error::MissingContent { digests }) if digests == [layer.into()]));
    let child = second.push_untagged(&world, "a/b").await;
    let other = world.second().repository(name("a/b"));
    faults.before_commit(async move {
        other.delete_manifest(actor(), &child, Condition::Any).await.unwrap();
    });
    let answer = crate::support::image::push(&world, "a/b", "index", index_of(&[&second])).await;
    assert!(matches!(answer, Err(Error::MissingContent { digests }) if digests == [child.into()]));
}

async fn i3_a_manifest_comes_before_its_content_goes(world: World) {
    let (world, faults, [first, second, _]) = images(world).await;
    let repository = world.repository("a/b");
    push_before_commit(&world, &faults, &first, "v1");
    let answer = repository.delete_blob(actor(), &Digest::sha256_of(b"a")).await;
    assert!(matches!(answer, Err(Error::InUse { .. })), "{answer:?}");
    second.push_untagged(&world, "a/b").await;
    let other = world.second().repository(name("a/b"));
    let put = PutManifest::new(tag("index"), index_of(&[&second]));
    faults.before_commit(async move {
        other.put_manifest(actor(), put).await.unwrap();
    });
    let answer = repository.delete_manifest(actor(), &second.digest(), Condition::Any).await;
    assert!(matches!(answer, Err(Error::InUse { .. })), "{answer:?}");
}

async fn a_manifest_goes_before_its_tag_is_restored(world: World) {
    let (world, faults, [first, second, _]) = images(world).await;
    let repository = world.repository("a/b");
    first.push(&world, "a/b", "v1").await.unwrap();
    second.push(&world, "a/b", "v1").await.unwrap();
    let (other, digest) = (world.second().repository(name("a/b")), first.digest());
    faults.before_commit(async move {
        other.delete_manifest(actor(), &digest, Condition::Any).await.unwrap();
    });
    repository.restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.unwrap();
    assert_eq!(repository.manifest(&tag("v1").into()).await.unwrap().bytes, first.bytes());
}

async fn a_tag_moves_before_it_is_restored(world: World) {
    let (world, faults, [first, second, third]) = images(world).await;
    let repository = world.repository("a/b");
    for image in [&first, &second] {
        image.push(&world, "a/b", "v1").await.unwrap();
    }
    push_before_commit(&world, &faults, &third, "v1");
    let condition = Condition::Is(vec![second.digest()]);
    let answer = repository.restore_tag(actor(), &tag("v1"), &first.digest(), condition).await;
    let expected = Some(third.digest());
    assert!(matches!(answer, Err(Error::ConditionFailed { current }) if current == expected), "{answer:?}");
    // Without a condition it is set back all the same, also when somebody else does it first.
    for image in [&second, &first] {
        push_before_commit(&world, &faults, image, "v1");
        let digest = first.digest();
        let record = repository.restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.unwrap();
        assert_eq!(world.metadata.tag(repository.name(), &tag("v1")).await.unwrap(), Some(record));
    }
}

async fn i14_the_same_content_comes_first(world: World) {
    let faults = Faults::default();
    let world = faults.around(world);
    let digest = Digest::sha256_of(b"content");
    let other = world.second().repository(name("c/d"));
    faults.before_commit(async move {
        other.put_blob(actor(), &digest, None, body(b"content")).await.unwrap();
    });
    world.blob("a/b", b"content").await;
    assert_eq!(world.stored().await, 1);
    for repository in ["a/b", "c/d"] {
        world.repository(repository).stat_blob(&digest).await.unwrap();
    }
}

async fn a_session_is_used_by_another_process(world: World) {
    let faults = Faults::default();
    let world = faults.around(world);
    let (repository, other) = (world.repository("a/b"), world.second().repository(name("a/b")));
    let digest = Digest::sha256_of(b"content");
    let chunk = Chunk::default();
    let start = || repository.start_upload(actor(), StartUpload::default());

    // It goes on there: what comes here is for another time.
    let id = start().await.unwrap().id;
    let there = other.clone();
    faults.before_commit(async move {
        there.append_upload(actor(), &id, Chunk::default(), body(b"cont")).await.unwrap();
    });
    let answer = repository.append_upload(actor(), &id, chunk, body(b"cont")).await;
    assert!(matches!(answer, Err(Error::Busy)), "{answer:?}");
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 4);
    repository.finish_upload(actor(), &id, &digest, chunk, body(b"ent")).await.unwrap();

    // It is cancelled there.
    let id = start().await.unwrap().id;
    let there = other.clone();
    faults.before_commit(async move { there.cancel_upload(actor(), &id).await.unwrap() });
    let answer = repository.append_upload(actor(), &id, chunk, body(b"cont")).await;
    assert!(matches!(answer, Err(Error::UploadUnknown { .. })), "{answer:?}");

    // It is cancelled there while it is finished here: then nothing was finished.
    let id = start().await.unwrap().id;
    let new = Digest::sha256_of(b"new");
    faults.before_commit(async move { other.cancel_upload(actor(), &id).await.unwrap() });
    let answer = repository.finish_upload(actor(), &id, &new, chunk, body(b"new")).await;
    assert!(matches!(answer, Err(Error::UploadUnknown { .. })), "{answer:?}");
    assert!(matches!(repository.stat_blob(&new).await, Err(Error::BlobUnknown { .. })));
    assert_eq!(world.stored().await, 1);
}

async fn a_blob_goes_before_it_is_mounted_or_promised(world: World) {
    let faults = Faults::default();
    let world = faults.around(world);
    let digest = world.blob("a/b", b"content").await;
    let delete = || {
        let source = world.second().repository(name("a/b"));
        faults.before_commit(async move { source.delete_blob(actor(), &digest).await.unwrap() });
    };
    delete();
    let from = MountSource::Repository(name("a/b"));
    assert_eq!(world.repository("c/d").mount_blob(actor(), &digest, from).await.unwrap(), None);
    world.blob("a/b", b"content").await;
    world.clock.advance(world.registry.settings().lease_window);
    delete();
    let answer = world.repository("a/b").stat_blob(&digest).await;
    assert!(matches!(answer, Err(Error::BlobUnknown { .. })), "{answer:?}");
}

/// A session whose bytes the store does not know any more is of no use, and says so.
async fn a_session_without_bytes_ends(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(b"content");
    for finish in [false, true] {
        let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
        repository.append_upload(actor(), &id, Chunk::default(), body(b"content")).await.unwrap();
        let record = world.metadata.upload(&id).await.unwrap().unwrap();
        world.blobs.abort(&record.token).await.unwrap();
        let answer = if finish {
            repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await.map(drop)
        } else {
            repository.append_upload(actor(), &id, Chunk::default(), body(b"more")).await.map(drop)
        };
        assert!(matches!(answer, Err(Error::UploadUnknown { .. })), "{answer:?}");
        let status = repository.upload_status(&id).await;
        assert!(matches!(status, Err(Error::UploadUnknown { .. })), "{status:?}");
    }
}

on_each_store![
    a_tag_moves_before_a_conditional_push,
    a_tag_moves_before_it_is_deleted,
    i3_content_goes_before_the_manifest_comes,
    i3_a_manifest_comes_before_its_content_goes,
    a_manifest_goes_before_its_tag_is_restored,
    a_tag_moves_before_it_is_restored,
    i14_the_same_content_comes_first,
    a_session_is_used_by_another_process,
    a_blob_goes_before_it_is_mounted_or_promised,
    a_session_without_bytes_ends,
];
