//! Uploads on a store that makes use of every freedom it has.

use registry_core::Digest;
use registry_engine::{Chunk, Error, StartUpload};
use registry_storage::blob::Durability;

use crate::support::body::collect;
use crate::support::fickle::FickleBlobs;
use crate::support::{World, actor, body, broken, empty};

const CONTENT: &[u8] = b"The quick brown fox jumps over the lazy dog";

async fn i15_a_session_survives_all_kinds_of_refusals(world: World) {
    let (world, store) = FickleBlobs::under(world);
    let repository = world.repository("a/b");
    let (digest, wrong) = (Digest::sha256_of(CONTENT), Digest::sha256_of(b"other"));
    let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
    let chunk = Chunk::default();
    let short = Chunk { length: Some(2), range: None };
    repository.append_upload(actor(), &id, chunk, body(&CONTENT[..10])).await.unwrap();
    // The store keeps less than was hashed, so nothing of it counts.
    let error = repository.append_upload(actor(), &id, chunk, broken(&CONTENT[10..30])).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 10);
    for (chunk, content) in [(short, &b"xxx"[..]), (short, b"x")] {
        let error = repository.append_upload(actor(), &id, chunk, body(content)).await.unwrap_err();
        assert!(matches!(error, Error::SizeMismatch { .. }), "{error:?}");
        let error = repository.finish_upload(actor(), &id, &digest, chunk, body(content)).await.unwrap_err();
        assert!(matches!(error, Error::SizeMismatch { .. }), "{error:?}");
    }
    let error =
        repository.finish_upload(actor(), &id, &wrong, chunk, body(&CONTENT[10..])).await.unwrap_err();
    assert!(matches!(error, Error::DigestMismatch { .. }), "{error:?}");
    let error = repository.finish_upload(actor(), &id, &digest, chunk, broken(&CONTENT[10..])).await;
    assert!(matches!(error, Err(Error::Interrupted { .. })), "{error:?}");
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 10);
    repository.append_upload(actor(), &id, chunk, body(&CONTENT[10..20])).await.unwrap();
    repository.finish_upload(actor(), &id, &digest, chunk, body(&CONTENT[20..])).await.unwrap();
    let blob = repository.read_blob(&digest).await.unwrap();
    assert_eq!(collect(blob.read(0..blob.size()).await.unwrap()).await, CONTENT);
    assert_eq!(store.uploads(), 0);
}

async fn i13_no_upload_is_left_behind(world: World) {
    let (world, store) = FickleBlobs::under(world);
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let refused = [
        repository.put_blob(actor(), &digest, None, body(b"other")).await,
        repository.put_blob(actor(), &digest, Some(1), body(CONTENT)).await,
        repository.put_blob(actor(), &digest, Some(100), body(CONTENT)).await,
        repository.put_blob(actor(), &digest, None, broken(CONTENT)).await,
        repository.put_blob(actor(), &digest, None, broken(b"")).await,
    ];
    assert!(refused.iter().all(Result::is_err));
    assert_eq!(store.uploads(), 0);
    // What is stored already is not stored again.
    for _ in 0..2 {
        repository.put_blob(actor(), &digest, None, body(CONTENT)).await.unwrap();
        let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
        repository.finish_upload(actor(), &id, &digest, Chunk::default(), body(CONTENT)).await.unwrap();
        let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
        repository.append_upload(actor(), &id, Chunk::default(), body(CONTENT)).await.unwrap();
        repository.cancel_upload(actor(), &id).await.unwrap();
    }
    assert_eq!(store.uploads(), 0);
    assert_eq!(world.stored().await, 1);
}

async fn an_offset_is_promised_only_for_bytes_on_stable_storage(world: World) {
    let (world, store) = FickleBlobs::under(world);
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
    repository.append_upload(actor(), &id, Chunk::default(), body(&CONTENT[..9])).await.unwrap();
    assert_eq!(store.appended(), [Durability::OnReturn]);
    repository.finish_upload(actor(), &id, &digest, Chunk::default(), body(&CONTENT[9..])).await.unwrap();
    repository.put_blob(actor(), &digest, None, body(CONTENT)).await.unwrap();
    assert_eq!(store.appended(), [Durability::OnCommit; 2]);
    // An empty body costs the store nothing.
    let id = repository.start_upload(actor(), StartUpload::default()).await.unwrap().id;
    repository.append_upload(actor(), &id, Chunk::default(), empty()).await.unwrap();
    let none = Digest::sha256_of(b"");
    repository.finish_upload(actor(), &id, &none, Chunk::default(), empty()).await.unwrap();
    assert_eq!(store.appended(), []);
}

on_each_store![
    i15_a_session_survives_all_kinds_of_refusals,
    i13_no_upload_is_left_behind,
    an_offset_is_promised_only_for_bytes_on_stable_storage,
];
