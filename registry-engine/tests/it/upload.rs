//! Upload sessions.

use bytes::Bytes;
use futures_util::StreamExt;
use registry_core::{Algorithm, ByteRange, Digest, ErrorCode, PageRequest};
use registry_engine::{Chunk, Error, Repository, StartUpload, UploadId, UploadStatus};

use crate::support::body::collect;
use crate::support::{World, actor, body, broken, empty, pieces};

const CONTENT: &[u8] = b"The quick brown fox jumps over the lazy dog";

async fn start(repository: &Repository) -> UploadId {
    let status = repository.start_upload(actor(), StartUpload::default()).await.unwrap();
    assert_eq!(status.offset, 0);
    status.id
}

fn range(first: u64, last: u64) -> Chunk {
    Chunk { range: ByteRange::new(first, last).map(Into::into), length: None }
}

async fn append(repository: &Repository, id: &UploadId, content: &[u8]) -> UploadStatus {
    repository.append_upload(actor(), id, Chunk::default(), body(content)).await.unwrap()
}

async fn read(repository: &Repository, digest: &Digest) -> Vec<u8> {
    let blob = repository.read_blob(digest).await.unwrap();
    collect(blob.read(0..blob.size()).await.unwrap()).await
}

async fn c27_c32_chunks_make_a_blob(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    for (first, last) in [(0_u64, 9_u64), (10, 10), (11, 30)] {
        let chunk = Chunk { length: Some(last - first + 1), ..range(first, last) };
        let part = &CONTENT[usize::try_from(first).unwrap()..=usize::try_from(last).unwrap()];
        let status = repository.append_upload(actor(), &id, chunk, pieces(part, 3)).await.unwrap();
        assert_eq!(status.offset, last + 1);
        assert_eq!(repository.upload_status(&id).await.unwrap(), status);
    }
    let last = range(31, CONTENT.len() as u64 - 1);
    let stat = repository.finish_upload(actor(), &id, &digest, last, body(&CONTENT[31..])).await.unwrap();
    assert_eq!((stat.digest, stat.size), (digest, CONTENT.len() as u64));
    assert_eq!(read(&repository, &digest).await, CONTENT);
    let again = repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await;
    assert!(matches!(again, Err(Error::UploadUnknown { .. })));
}

async fn c30_a_stream_without_range_goes_to_the_end(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    append(&repository, &id, &CONTENT[..20]).await;
    assert_eq!(append(&repository, &id, b"").await.offset, 20);
    append(&repository, &id, &CONTENT[20..]).await;
    repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await.unwrap();
    assert_eq!(read(&repository, &digest).await, CONTENT);
}

async fn c28_a_chunk_out_of_order_changes_nothing(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    append(&repository, &id, &CONTENT[..10]).await;
    for first in [0, 9, 11, 1_000_000] {
        let chunk = range(first, first + 4);
        let error = repository.append_upload(actor(), &id, chunk, body(b"wrong")).await.unwrap_err();
        assert!(matches!(error, Error::OutOfOrder { status } if status.offset == 10), "{first}: {error:?}");
        let error = repository.finish_upload(actor(), &id, &digest, chunk, body(b"wrong")).await.unwrap_err();
        assert!(matches!(error, Error::OutOfOrder { status } if status.offset == 10), "{first}: {error:?}");
    }
    let rest = Chunk::default();
    repository.finish_upload(actor(), &id, &digest, rest, body(&CONTENT[10..])).await.unwrap();
}

async fn c29_a_body_of_another_length_changes_nothing(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    append(&repository, &id, &CONTENT[..10]).await;
    let length = |length| Chunk { range: None, length: Some(length) };
    let disagreeing = Chunk { length: Some(6), ..range(10, 14) };
    let cases: [(&str, Chunk, &[u8]); 7] = [
        ("longer than the range", range(10, 14), b"123456"),
        ("shorter than the range", range(10, 14), b"1234"),
        ("nothing for the range", range(10, 14), b""),
        ("longer than the length", length(5), b"123456789012345"),
        ("shorter than the length", length(5), b"1234"),
        ("nothing for the length", length(5), b""),
        ("range and length disagree", disagreeing, b"123456"),
    ];
    for (case, chunk, content) in cases {
        let error = repository.append_upload(actor(), &id, chunk, pieces(content, 2)).await.unwrap_err();
        assert!(matches!(error, Error::SizeMismatch { .. }), "{case}: {error:?}");
        assert_eq!(error.code(), ErrorCode::SizeInvalid);
        let error =
            repository.finish_upload(actor(), &id, &digest, chunk, pieces(content, 2)).await.unwrap_err();
        assert!(matches!(error, Error::SizeMismatch { .. }), "{case}: {error:?}");
        assert_eq!(repository.upload_status(&id).await.unwrap().offset, 10, "{case}");
    }
    let rest = Chunk::default();
    repository.finish_upload(actor(), &id, &digest, rest, body(&CONTENT[10..])).await.unwrap();
}

async fn c21_a_wrong_digest_leaves_the_session(world: World) {
    let repository = world.repository("a/b");
    let (digest, wrong) = (Digest::sha256_of(CONTENT), Digest::sha256_of(b"other"));
    let id = start(&repository).await;
    append(&repository, &id, &CONTENT[..10]).await;
    let finish = repository.finish_upload(actor(), &id, &wrong, Chunk::default(), body(&CONTENT[10..])).await;
    let error = finish.unwrap_err();
    assert!(
        matches!(error, Error::DigestMismatch { expected, actual } if (expected, actual) == (wrong, digest))
    );
    assert_eq!(error.code(), ErrorCode::DigestInvalid);
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 10);
    assert!(matches!(repository.stat_blob(&wrong).await, Err(Error::BlobUnknown { .. })));
    assert!(matches!(repository.stat_blob(&digest).await, Err(Error::BlobUnknown { .. })));
    let rest = Chunk::default();
    repository.finish_upload(actor(), &id, &digest, rest, body(&CONTENT[10..])).await.unwrap();
}

async fn i15_what_came_before_the_body_broke_is_kept_once(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    let chunk = Chunk { length: Some(CONTENT.len() as u64), range: None };
    let error = repository.append_upload(actor(), &id, chunk, broken(&CONTENT[..15])).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 15);
    let error = repository.append_upload(actor(), &id, Chunk::default(), broken(b"")).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 15);
    append(&repository, &id, &CONTENT[15..20]).await;
    // What comes with the closing request is promised to nobody before it succeeds.
    let finish = repository.finish_upload(actor(), &id, &digest, Chunk::default(), broken(&CONTENT[20..25]));
    assert!(matches!(finish.await, Err(Error::Interrupted { .. })));
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 20);
    let rest = range(20, CONTENT.len() as u64 - 1);
    repository.finish_upload(actor(), &id, &digest, rest, body(&CONTENT[20..])).await.unwrap();
    assert_eq!(read(&repository, &digest).await, CONTENT);
}

async fn a_dropped_append_leaves_the_former_offset(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&repository).await;
    append(&repository, &id, &CONTENT[..10]).await;
    let endless = pieces(b"xxxxxxxxxx", 1).chain(futures_util::stream::pending()).boxed();
    let dropped = repository.append_upload(actor(), &id, Chunk::default(), endless);
    let waited = tokio::time::timeout(std::time::Duration::from_millis(50), dropped).await;
    assert!(waited.is_err());
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 10);
    append(&repository, &id, &CONTENT[10..]).await;
    repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await.unwrap();
    assert_eq!(read(&repository, &digest).await, CONTENT);
}

async fn a_session_belongs_to_its_repository(world: World) {
    let (here, there) = (world.repository("a/b"), world.repository("a/c"));
    let digest = Digest::sha256_of(CONTENT);
    let id = start(&here).await;
    append(&here, &id, CONTENT).await;
    let by = actor();
    let foreign = [
        there.upload_status(&id).await.map(drop),
        there.append_upload(by, &id, Chunk::default(), body(b"x")).await.map(drop),
        there.finish_upload(by, &id, &digest, Chunk::default(), empty()).await.map(drop),
        there.cancel_upload(by, &id).await,
    ];
    for answer in foreign {
        let error = answer.unwrap_err();
        assert!(matches!(error, Error::UploadUnknown { id: unknown } if unknown == id), "{error:?}");
        assert_eq!(error.code(), ErrorCode::BlobUploadUnknown);
    }
    assert_eq!(here.upload_status(&id).await.unwrap().offset, CONTENT.len() as u64);
}

async fn c34_r9_a_cancelled_session_is_gone_with_its_bytes(world: World) {
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    append(&repository, &id, CONTENT).await;
    let record = world.metadata.upload(&id).await.unwrap().unwrap();
    repository.cancel_upload(actor(), &id).await.unwrap();
    assert!(matches!(repository.upload_status(&id).await, Err(Error::UploadUnknown { .. })));
    assert!(matches!(repository.cancel_upload(actor(), &id).await, Err(Error::UploadUnknown { .. })));
    let committed = world.blobs.commit(&record.token, record.offset).await;
    assert!(matches!(committed, Err(registry_storage::Error::NotFound { .. })));
    assert!(!repository.exists().await.unwrap());
}

async fn an_upload_goes_on_in_another_process(world: World) {
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    for algorithm in Algorithm::ALL {
        let digest = Digest::of(algorithm, &content);
        let start = StartUpload { algorithm: Some(algorithm), size_hint: Some(content.len() as u64) };
        let id = world.repository("a/b").start_upload(actor(), start).await.unwrap().id;
        let mut offset = 0;
        for length in [1, 63, 65_537, 300_001] {
            let other = world.second().repository("a/b".parse().unwrap());
            append(&other, &id, &content[offset..offset + length]).await;
            offset += length;
        }
        let other = world.second().repository("a/b".parse().unwrap());
        let rest = pieces(&content[offset..], 8192);
        other.finish_upload(actor(), &id, &digest, Chunk::default(), rest).await.unwrap();
        assert_eq!(read(&other, &digest).await, content);
    }
}

async fn c25_a_digest_of_another_algorithm_than_announced(world: World) {
    let repository = world.repository("a/b");
    for (announced, used) in [
        (None, Algorithm::Sha512),
        (None, Algorithm::Blake3),
        (Some(Algorithm::Sha512), Algorithm::Sha256),
        (Some(Algorithm::Blake3), Algorithm::Sha512),
    ] {
        let digest = Digest::of(used, CONTENT);
        let begin = StartUpload { algorithm: announced, size_hint: None };
        // All bytes come with the closing request: hashed while they come.
        let id = repository.start_upload(actor(), begin).await.unwrap().id;
        repository.finish_upload(actor(), &id, &digest, Chunk::default(), body(CONTENT)).await.unwrap();
        repository.delete_blob(actor(), &digest).await.unwrap();
        // Some came before: read back.
        let id = repository.start_upload(actor(), begin).await.unwrap().id;
        append(&repository, &id, &CONTENT[..9]).await;
        let rest = body(&CONTENT[9..]);
        repository.finish_upload(actor(), &id, &digest, Chunk::default(), rest).await.unwrap();
        assert_eq!(read(&repository, &digest).await, CONTENT, "{announced:?} {used}");
    }
}

async fn c25_a_wrong_digest_of_another_algorithm_ends_the_session(world: World) {
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    append(&repository, &id, CONTENT).await;
    let wrong = Digest::of(Algorithm::Sha512, b"other");
    let finish = repository.finish_upload(actor(), &id, &wrong, Chunk::default(), empty()).await;
    let right = Digest::of(Algorithm::Sha512, CONTENT);
    assert!(matches!(finish, Err(Error::DigestMismatch { actual, .. }) if actual == right));
    assert!(matches!(repository.upload_status(&id).await, Err(Error::UploadUnknown { .. })));
    assert_eq!(world.stored().await, 0);
}

async fn empty_blobs_can_be_uploaded(world: World) {
    let repository = world.repository("a/b");
    let digest = Digest::sha256_of(b"");
    let id = start(&repository).await;
    repository.finish_upload(actor(), &id, &digest, Chunk::default(), empty()).await.unwrap();
    assert_eq!(read(&repository, &digest).await, b"");
    let other = Digest::of(Algorithm::Blake3, b"");
    let id = start(&repository).await;
    let chunk = Chunk { range: None, length: Some(0) };
    assert_eq!(repository.append_upload(actor(), &id, chunk, empty()).await.unwrap().offset, 0);
    repository.finish_upload(actor(), &id, &other, chunk, empty()).await.unwrap();
    assert_eq!(repository.stat_blob(&other).await.unwrap().size, 0);
}

async fn t32_a_session_is_one_record(world: World) {
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    for byte in CONTENT {
        append(&repository, &id, &[*byte]).await;
    }
    let records = world.metadata.uploads(&PageRequest::first(100)).await.unwrap().items;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].version, CONTENT.len() as u64 + 1);
    assert_eq!(world.registry.events(0, 10).await.unwrap(), []);
}

async fn two_writers_of_one_session_take_turns(world: World) {
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    let writers: Vec<_> = (0..16_u8)
        .map(|writer| {
            let repository = repository.clone();
            tokio::spawn(async move { append(&repository, &id, &[writer; 100]).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let record = world.metadata.upload(&id).await.unwrap().unwrap();
    assert_eq!(record.offset, 1600);
    let location = world.blobs.commit(&record.token, 1600).await.unwrap();
    let content = collect(world.blobs.read(&location, 1600, 0..1600).await.unwrap()).await;
    assert!(content.chunks(100).all(|chunk| chunk.iter().all(|byte| *byte == chunk[0])));
}

async fn a_session_in_use_for_too_long_is_busy(world: World) {
    let world = world.with(|settings| settings.gate_wait = std::time::Duration::from_millis(20));
    let repository = world.repository("a/b");
    let id = start(&repository).await;
    let by = actor();
    let slow = futures_util::stream::iter([Ok(Bytes::from_static(b"x"))])
        .chain(futures_util::stream::pending())
        .boxed();
    let mut held = Box::pin(repository.append_upload(by, &id, Chunk::default(), slow));
    let waited = tokio::time::timeout(std::time::Duration::from_millis(50), &mut held).await;
    assert!(waited.is_err());
    let digest = Digest::sha256_of(b"");
    let answers = [
        repository.append_upload(by, &id, Chunk::default(), body(b"y")).await.map(drop),
        repository.finish_upload(by, &id, &digest, Chunk::default(), empty()).await.map(drop),
        repository.cancel_upload(by, &id).await,
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::Busy)), "{answer:?}");
    }
    assert_eq!(repository.upload_status(&id).await.unwrap().offset, 0);
    drop(held);
    repository.cancel_upload(by, &id).await.unwrap();
}

on_each_store![
    c27_c32_chunks_make_a_blob,
    c30_a_stream_without_range_goes_to_the_end,
    c28_a_chunk_out_of_order_changes_nothing,
    c29_a_body_of_another_length_changes_nothing,
    c21_a_wrong_digest_leaves_the_session,
    i15_what_came_before_the_body_broke_is_kept_once,
    a_dropped_append_leaves_the_former_offset,
    a_session_belongs_to_its_repository,
    c34_r9_a_cancelled_session_is_gone_with_its_bytes,
    an_upload_goes_on_in_another_process,
    c25_a_digest_of_another_algorithm_than_announced,
    c25_a_wrong_digest_of_another_algorithm_ends_the_session,
    empty_blobs_can_be_uploaded,
    t32_a_session_is_one_record,
    two_writers_of_one_session_take_turns,
    a_session_in_use_for_too_long_is_busy,
];
