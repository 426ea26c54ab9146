//! Many at once.

use std::sync::Arc;

use registry_core::{Digest, Manifest, MediaType, PageRequest, Reference};
use registry_engine::{Chunk, Condition, Error, PutManifest, Repository, StartUpload};

use crate::support::{Image, World, actor, body, empty, index, tag};

/// Lets many tasks do this at once, each with its number, and waits for all.
async fn all_at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    count: usize,
    task: impl Fn(usize) -> F,
) -> Vec<T> {
    let tasks: Vec<_> = (0..count).map(|number| tokio::spawn(task(number))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn upload(repository: &Repository, content: &[u8]) {
    let digest = Digest::sha256_of(content);
    let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
    let (first, rest) = content.split_at(content.len() / 2);
    repository.append_upload(actor(), &id, Chunk::default(), body(first)).await.unwrap();
    let stat = repository.finish_upload(actor(), &id, &digest, Chunk::default(), body(rest)).await.unwrap();
    assert_eq!(stat.size, content.len() as u64);
}

async fn r10_i14_t17_one_digest_by_32_writers(world: World) {
    let content: Arc<[u8]> = vec![7; 100_000].into();
    let repository = world.repository("a/b");
    all_at_once(32, |number| {
        let (repository, content) = (repository.clone(), Arc::clone(&content));
        async move {
            if number % 2 == 0 {
                upload(&repository, &content).await;
            } else {
                let digest = Digest::sha256_of(&content);
                repository.put_blob(actor(), &digest, None, body(&content)).await.unwrap();
            }
        }
    })
    .await;
    assert_eq!(world.stored().await, 1);
    assert_eq!(world.registry.events(0, 100).await.unwrap().len(), 1);
    let uploads = world.metadata.uploads(&PageRequest::first(100)).await.unwrap();
    assert_eq!(uploads.items, []);
}

async fn i2_one_tag_by_32_writers(world: World) {
    world.blob("a/b", b"{}").await;
    let images: Vec<_> = (0..32).map(|i| Image::new(b"{}").member(&format!(r#""x":{i}"#))).collect();
    let repository = world.repository("a/b");
    all_at_once(32, |number| {
        let (repository, bytes) = (repository.clone(), images[number].bytes());
        async move { repository.put_manifest(actor(), PutManifest::new(tag("v1"), bytes)).await.unwrap() }
    })
    .await;
    let history = repository.tag_history(&tag("v1"), None, 100).await.unwrap().items;
    assert_eq!(history.len(), 32);
    for (entry, earlier) in history.iter().zip(&history[1..]) {
        assert_eq!(entry.previous, earlier.digest);
        assert!(entry.seq > earlier.seq);
    }
    let current = repository.manifest(&tag("v1").into()).await.unwrap();
    assert_eq!(Some(current.digest), history[0].digest);
}

async fn b2_of_64_who_expect_the_same_one_wins(world: World) {
    world.blob("a/b", b"{}").await;
    let first = Image::new(b"{}");
    first.push(&world, "a/b", "set").await.unwrap();
    let repository = world.repository("a/b");
    let cases = [("set", Condition::Is(vec![first.digest()])), ("new", Condition::Absent)];
    for (name, condition) in cases {
        let answers = all_at_once(64, |number| {
            let (repository, condition) = (repository.clone(), condition.clone());
            let bytes = Image::new(b"{}").member(&format!(r#""x":{number}"#)).bytes();
            let put = PutManifest { condition, ..PutManifest::new(tag(name), bytes) };
            async move { repository.put_manifest(actor(), put).await }
        })
        .await;
        let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "{name}");
        for lost in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            let expected = Some(won[0].digest);
            assert!(matches!(lost, Error::ConditionFailed { current } if *current == expected), "{lost:?}");
        }
        let current = repository.manifest(&tag(name).into()).await.unwrap();
        assert_eq!(current.digest, won[0].digest);
    }
}

/// Adds a child to the index under the tag, again and again until nobody comes in between.
async fn add_child(repository: &Repository, child: (Digest, u64)) {
    let target: Reference = tag("index").into();
    loop {
        let (mut children, condition) = match repository.manifest(&target).await {
            Ok(record) => {
                let index =
                    Manifest::parse(record.bytes, Some(&MediaType::OCI_INDEX), Default::default()).unwrap();
                let children =
                    index.children().iter().map(|c| (*c.known_digest().unwrap(), c.size)).collect();
                (children, Condition::Is(vec![record.digest]))
            }
            Err(Error::ManifestUnknown { .. }) => (Vec::new(), Condition::Absent),
            Err(error) => panic!("{error:?}"),
        };
        children.push(child);
        let put = PutManifest { condition, ..PutManifest::new(target.clone(), index(&children)) };
        match repository.put_manifest(actor(), put).await {
            Ok(_) => return,
            Err(Error::ConditionFailed { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn b2_64_writers_of_one_index_lose_no_update(world: World) {
    world.blob("a/b", b"{}").await;
    let images: Vec<_> = (0..64).map(|i| Image::new(b"{}").member(&format!(r#""x":{i}"#))).collect();
    for image in &images {
        image.push_untagged(&world, "a/b").await;
    }
    let repository = world.repository("a/b");
    all_at_once(64, |number| {
        let repository = repository.clone();
        let child = (images[number].digest(), images[number].bytes().len() as u64);
        async move { add_child(&repository, child).await }
    })
    .await;
    let record = repository.manifest(&tag("index").into()).await.unwrap();
    let index = Manifest::parse(record.bytes, None, Default::default()).unwrap();
    assert_eq!(index.children().len(), 64);
    for image in images {
        assert!(index.children().iter().any(|child| child.digest == image.digest().into()));
    }
}

async fn i6_referrers_pushed_at_once_are_all_listed(world: World) {
    world.blob("a/b", b"{}").await;
    let subject = Image::new(b"{}").push_untagged(&world, "a/b").await;
    let repository = world.repository("a/b");
    let mut pushed = all_at_once(64, |number| {
        let repository = repository.clone();
        let image = Image::new(b"{}").member(&format!(r#""x":{number}"#)).subject(&subject);
        let put = PutManifest::new(image.digest(), image.bytes());
        async move { repository.put_manifest(actor(), put).await.unwrap().digest }
    })
    .await;
    pushed.sort_unstable();
    let listed = repository.referrers(&subject, None, &PageRequest::first(100)).await.unwrap().items;
    assert_eq!(listed.iter().map(|d| *d.known_digest().unwrap()).collect::<Vec<_>>(), pushed);
}

/// One pusher and two deleters on the same content, again and again: whatever is answered, no manifest is readable
/// without what it names (I-3).
async fn i3_pushing_and_deleting_the_same_content(world: World) {
    const ROUNDS: usize = 100;
    let repository = world.repository("a/b");
    let image = Image::new(b"{}").layer(b"layer");
    let layer = Digest::sha256_of(b"layer");
    let (digest, bytes) = (image.digest(), image.bytes());
    world.blob("a/b", b"{}").await;
    let pushing = {
        let repository = repository.clone();
        async move {
            let mut pushed = 0;
            for _ in 0..ROUNDS {
                repository.put_blob(actor(), &layer, None, body(b"layer")).await.unwrap();
                let put = PutManifest::new(tag("v1"), bytes.clone());
                match repository.put_manifest(actor(), put).await {
                    Ok(_) => pushed += 1,
                    Err(Error::MissingContent { .. }) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            pushed
        }
    };
    let deleting = |manifest: bool| {
        let repository = repository.clone();
        async move {
            for _ in 0..ROUNDS {
                let answer = if manifest {
                    repository.delete_manifest(actor(), &digest, Condition::Any).await
                } else {
                    repository.delete_blob(actor(), &layer).await
                };
                match answer {
                    Ok(())
                    | Err(Error::InUse { .. } | Error::BlobUnknown { .. } | Error::ManifestUnknown { .. }) => {
                    }
                    Err(error) => panic!("{error:?}"),
                }
                tokio::task::yield_now().await;
            }
        }
    };
    let deleters = [tokio::spawn(deleting(true)), tokio::spawn(deleting(false))];
    let pushed = tokio::spawn(pushing).await.unwrap();
    for deleter in deleters {
        deleter.await.unwrap();
    }
    assert!(pushed > 0);
    // The log tells in which order it all became visible.
    let (mut has_layer, mut has_manifest) = (false, false);
    for event in world.registry.events(0, 10_000).await.unwrap() {
        use registry_core::EventKind::{BlobLinked, BlobUnlinked, ManifestDeleted, ManifestPut};
        match event.kind {
            BlobLinked { digest, .. } if digest == layer => has_layer = true,
            BlobUnlinked { digest } if digest == layer => has_layer = false,
            ManifestPut { .. } => has_manifest = true,
            ManifestDeleted { .. } => has_manifest = false,
            _ => {}
        }
        assert!(has_layer || !has_manifest, "event {}", event.seq);
    }
}

async fn one_session_finished_by_many_gives_one_blob(world: World) {
    let content = b"finished at once";
    let digest = Digest::sha256_of(content);
    let repository = world.repository("a/b");
    let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
    repository.append_upload(actor(), &id, Chunk::default(), body(content)).await.unwrap();
    // As many processes: each has gates of its own.
    let registries: Vec<_> = (0..8).map(|_| world.second()).collect();
    let answers = all_at_once(8, |number| {
        let repository = registries[number].repository("a/b".parse().unwrap());
        async move { repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await }
    })
    .await;
    for answer in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(answer, Error::UploadUnknown { .. } | Error::Busy), "{answer:?}");
    }
    // Whoever came too late may have ended the session before it was finished; then nothing was promised either.
    let finished = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(finished <= 1);
    assert_eq!(repository.stat_blob(&digest).await.is_ok(), finished == 1);
}

on_each_store![
    r10_i14_t17_one_digest_by_32_writers,
    i2_one_tag_by_32_writers,
    b2_of_64_who_expect_the_same_one_wins,
    b2_64_writers_of_one_index_lose_no_update,
    i6_referrers_pushed_at_once_are_all_listed,
    i3_pushing_and_deleting_the_same_content,
    one_session_finished_by_many_gives_one_blob,
];
