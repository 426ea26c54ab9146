//! How many upload sessions there may be, and how they end when nobody goes on with them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use registry_core::{ErrorCode, PageRequest};
use registry_engine::{BoxError, Chunk, Error, Repository, StartUpload, UploadId};
use registry_storage::blob::Durability;
use tokio::sync::Notify;

use crate::support::{World, actor, body};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

async fn try_start(repository: &Repository) -> Result<UploadId, Error> {
    Ok(repository.start_upload(actor(), StartUpload::default()).await?.id)
}

async fn start(repository: &Repository) -> UploadId {
    try_start(repository).await.unwrap()
}

async fn append(repository: &Repository, id: &UploadId, content: &[u8]) {
    repository.append_upload(actor(), id, Chunk::default(), body(content)).await.unwrap();
}

/// How many uploads the store of bytes holds.
async fn held(world: &World) -> usize {
    world.blobs.stale_uploads(Duration::ZERO, 1000).await.unwrap().len()
}

async fn sessions_that_stand_still_expire_and_their_bytes_are_given_back(world: World) {
    let repository = world.repository("a/b");
    let (still, moved) = (start(&repository).await, start(&repository).await);
    append(&repository, &still, b"content").await;
    world.clock.advance(DAY - HOUR);
    append(&repository, &moved, b"content").await;
    let fresh = start(&repository).await;
    assert_eq!(world.registry.expire_uploads().await.unwrap(), Default::default());
    world.clock.advance(HOUR);
    let expired = world.registry.expire_uploads().await.unwrap();
    assert_eq!((expired.sessions, expired.orphans), (1, 0));
    assert!(matches!(repository.upload_status(&still).await, Err(Error::UploadUnknown { .. })));
    for id in [&moved, &fresh] {
        repository.upload_status(id).await.unwrap();
    }
    assert_eq!(held(&world).await, 2);
}

async fn many_sessions_expire_page_by_page(world: World) {
    let repository = world.repository("a/b");
    for _ in 0..510 {
        start(&repository).await;
    }
    world.clock.advance(DAY);
    assert_eq!(world.registry.expire_uploads().await.unwrap().sessions, 510);
    assert!(world.metadata.uploads(&PageRequest::first(1)).await.unwrap().items.is_empty());
    assert_eq!(held(&world).await, 0);
}

/// However old it is.
async fn a_session_in_use_is_never_ended(world: World) {
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    let (more, coming) = tokio::sync::mpsc::unbounded_channel::<Result<Bytes, BoxError>>();
    let taken = Arc::new(Notify::new());
    let tell = Arc::clone(&taken);
    let coming = stream::unfold((coming, tell), |(mut coming, tell)| async {
        let next = coming.recv().await?;
        tell.notify_one();
        Some((next, (coming, tell)))
    });
    let sending = tokio::spawn({
        let repository = repository.clone();
        async move { repository.append_upload(actor(), &id, Chunk::default(), coming.boxed()).await }
    });
    more.send(Ok(Bytes::from_static(b"con"))).unwrap();
    // It is in use from the moment in which its first bytes are taken.
    taken.notified().await;
    world.clock.advance(DAY * 2);
    assert_eq!(world.registry.expire_uploads().await.unwrap().sessions, 0);
    more.send(Ok(Bytes::from_static(b"tent"))).unwrap();
    drop(more);
    assert_eq!(sending.await.unwrap().unwrap().offset, 7);
    assert_eq!(world.registry.expire_uploads().await.unwrap().sessions, 0, "it has gone on");
}

async fn bytes_that_no_session_tells_of_are_given_back(world: World) {
    let world = world.with(|settings| settings.upload_expiry = HOUR);
    let orphan = world.blobs.begin(None).await.unwrap();
    world.blobs.append(&orphan, 0, body(b"orphan"), Durability::OnReturn).await.unwrap();
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    append(&repository, &id, b"content").await;
    assert_eq!(world.registry.expire_uploads().await.unwrap().orphans, 0, "it is not old enough");
    assert_eq!(held(&world).await, 2);
    // Nothing is too young for this one, but what a session tells of.
    let world = world.with(|settings| settings.upload_expiry = Duration::ZERO);
    let held_open = world.second();
    let expired = held_open.expire_uploads().await.unwrap();
    assert_eq!((expired.sessions, expired.orphans), (1, 1));
    assert_eq!(held(&world).await, 0);
}

async fn there_are_so_many_sessions_and_no_more(world: World) {
    let world = world.with(|settings| (settings.max_uploads_per_repository, settings.max_uploads) = (2, 3));
    let (one, two, three) = (world.repository("one"), world.repository("two"), world.repository("three"));
    let first = start(&one).await;
    let second = start(&one).await;
    let refused = try_start(&one).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyUploads { limit: 2, in_repository: true }), "{refused:?}");
    assert_eq!(refused.code(), ErrorCode::TooManyRequests);
    let third = start(&two).await;
    let refused = try_start(&three).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyUploads { limit: 3, in_repository: false }), "{refused:?}");
    assert_eq!(held(&world).await, 3, "nothing is left of those that were refused");
    // However a session ends, it makes room.
    one.cancel_upload(actor(), &first).await.unwrap();
    start(&three).await;
    append(&one, &second, b"content").await;
    let digest = registry_core::Digest::sha256_of(b"content");
    let whole = Chunk::default();
    one.finish_upload(actor(), &second, &digest, whole, crate::support::empty()).await.unwrap();
    start(&three).await;
    world.clock.advance(DAY);
    world.registry.expire_uploads().await.unwrap();
    assert!(two.upload_status(&third).await.is_err());
    start(&one).await;
}

async fn whoever_begins_at_once_does_not_get_past_the_limit(world: World) {
    let world = world.with(|settings| settings.max_uploads_per_repository = 5);
    let starts: Vec<_> = (0..40)
        .map(|_| {
            let repository = world.repository("a/b");
            tokio::spawn(async move { try_start(&repository).await })
        })
        .collect();
    let mut begun = 0;
    for start in starts {
        match start.await.unwrap() {
            Ok(_) => begun += 1,
            Err(Error::TooManyUploads { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((begun, held(&world).await), (5, 5));
}

async fn settings_that_change_hold_from_then_on(world: World) {
    let repository = world.repository("a/b");
    let set = |change: &dyn Fn(&mut registry_engine::Settings)| {
        let mut settings = registry_engine::Settings::clone(&world.registry.settings());
        change(&mut settings);
        world.registry.set_settings(settings);
    };
    let first = start(&repository).await;
    set(&|settings| settings.max_uploads_per_repository = 1);
    let refused = try_start(&repository).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyUploads { limit: 1, in_repository: true }), "{refused:?}");
    set(&|settings| (settings.max_uploads_per_repository, settings.max_uploads) = (10, 1));
    let refused = try_start(&repository).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyUploads { limit: 1, in_repository: false }), "{refused:?}");
    set(&|settings| settings.max_uploads = 2);
    start(&repository).await;
    append(&repository, &first, b"content").await;
    world.clock.advance(HOUR);
    assert_eq!(world.registry.expire_uploads().await.unwrap().sessions, 0);
    set(&|settings| settings.upload_expiry = HOUR);
    assert_eq!(world.registry.expire_uploads().await.unwrap().sessions, 2);
}

on_each_store!(
    settings_that_change_hold_from_then_on,
    sessions_that_stand_still_expire_and_their_bytes_are_given_back,
    many_sessions_expire_page_by_page,
    a_session_in_use_is_never_ended,
    bytes_that_no_session_tells_of_are_given_back,
    there_are_so_many_sessions_and_no_more,
    whoever_begins_at_once_does_not_get_past_the_limit,
);
