//! Blobs of several parts: going on, setting back, giving up.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use registry_storage::blob::Durability;
use registry_storage::{BlobStore, Error, UploadToken};

use super::fixture;
use crate::blob::{assert_holds, body, bytes, never_ending, read};

const PART: usize = 5 << 20;

fn carried(token: &UploadToken) -> UploadToken {
    UploadToken::from(token.as_str().to_owned())
}

#[tokio::test]
async fn b_13_an_upload_of_parts_goes_on_elsewhere_from_its_token_alone() {
    let fixture = fixture().await;
    let all = bytes(1, 3 * PART + 777_777);
    let mut token = fixture.store().begin(Some(all.len() as u64)).await.unwrap();
    let mut at = 0;
    for size in [PART + 70_000, 1, PART - 1, 200_000, PART, all.len()] {
        let there = fixture.another().await;
        let end = all.len().min(at + size);
        let chunk = all.slice(at..end);
        let appended = there.append(&token, at as u64, body(&chunk), Durability::OnReturn).await.unwrap();
        assert_eq!(appended.written, chunk.len() as u64);
        token = carried(&appended.token);
        at = end;
    }
    let location = fixture.another().await.commit(&token, all.len() as u64).await.unwrap();
    assert_holds(fixture.store().as_ref(), &location, &all).await;
    let size = all.len() as u64;
    for range in [0..1, size - 1..size, 5_000_000..5_500_000, 1..size] {
        let mut found = fixture.store().read(&location, size, range.clone()).await.unwrap();
        let mut whole = Vec::new();
        while let Some(piece) = found.next().await {
            whole.extend_from_slice(&piece.unwrap());
        }
        let expected = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert!(whole == all[expected], "{range:?}");
    }
}

#[tokio::test]
async fn b_02_an_upload_is_set_back_to_anywhere() {
    let fixture = fixture().await;
    let store = fixture.store();
    let (old, new) = (bytes(1, 2 * PART + 300_000), bytes(2, PART + 5));
    for offset in [0, 1, 40_000, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 100_000] {
        let token = store.begin(None).await.unwrap();
        let first = old.slice(..40_000);
        let token = store.append(&token, 0, body(&first), Durability::OnReturn).await.unwrap().token;
        let rest = old.slice(40_000..);
        let token = store.append(&token, 40_000, body(&rest), Durability::OnReturn).await.unwrap().token;
        let appended = store.append(&carried(&token), offset as u64, body(&new), Durability::OnCommit).await;
        let token = appended.unwrap_or_else(|error| panic!("back to {offset}: {error:?}")).token;
        let size = offset + new.len();
        let beyond = store.append(&token, size as u64 + 1, body(&new), Durability::OnCommit).await;
        assert!(matches!(beyond, Err(Error::Invalid { .. })), "{beyond:?}");
        let location = store.commit(&token, size as u64).await.unwrap();
        assert_holds(store.as_ref(), &location, &[&old[..offset], &new[..]].concat()).await;
    }
    assert!(store.stale_uploads(Duration::ZERO, 100).await.unwrap().is_empty(), "something was left");
}

#[tokio::test]
async fn b_05_any_number_of_first_bytes_is_made_permanent() {
    let fixture = fixture().await;
    let store = fixture.store();
    let all = bytes(1, 2 * PART + 9);
    for size in [0, 10, PART, PART + 10, 2 * PART, 2 * PART + 9] {
        let token = store.begin(None).await.unwrap();
        let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
        let too_many = store.commit(&token, all.len() as u64 + 1).await;
        assert!(matches!(too_many, Err(Error::Corrupt { .. })), "{too_many:?}");
        let location = store.commit(&token, size as u64).await.unwrap();
        assert!(read(store.as_ref(), &location, size).await.unwrap() == all[..size], "{size} bytes");
    }
}

#[tokio::test]
async fn b_16_parts_of_a_dropped_append_are_never_taken_for_others() {
    let fixture = fixture().await;
    let store = fixture.store();
    let (stray, wanted) = (bytes(1, 3 * PART), bytes(2, 3 * PART + 5));
    for turn in 0..8 {
        let token = store.begin(None).await.unwrap();
        let first = wanted.slice(..PART + 10);
        let token = store.append(&token, 0, body(&first), Durability::OnReturn).await.unwrap().token;
        let appending = store.append(&token, (PART + 10) as u64, never_ending(&stray), Durability::OnReturn);
        assert!(tokio::time::timeout(Duration::from_millis(turn * 20), appending).await.is_err());
        let rest = wanted.slice(PART + 10..);
        let token =
            store.append(&token, (PART + 10) as u64, body(&rest), Durability::OnCommit).await.unwrap().token;
        let location = store.commit(&token, wanted.len() as u64).await.unwrap();
        assert_holds(store.as_ref(), &location, &wanted).await;
    }
}

#[tokio::test]
async fn b_07_b_17_what_was_given_up_is_found_until_it_is_given_back() {
    let fixture = fixture().await;
    let store = fixture.store();
    let all = bytes(1, PART + 100_000);
    let mut names = Vec::new();
    for _ in 0..3 {
        let token = store.begin(None).await.unwrap();
        let token = store.append(&token, 0, body(&all), Durability::OnReturn).await.unwrap().token;
        names.push(token.name().to_owned());
    }
    names.sort();
    let other = fixture.another().await;
    assert!(other.stale_uploads(Duration::from_secs(3600), 10).await.unwrap().is_empty());
    assert!(other.stale_uploads(Duration::ZERO, 2).await.unwrap().len() <= 2);
    let stale = other.stale_uploads(Duration::ZERO, 10).await.unwrap();
    let found: Vec<_> = stale.iter().map(|token| token.name().to_owned()).collect();
    assert_eq!(found, names);
    for token in &stale {
        other.abort(&carried(token)).await.unwrap();
        let gone = other.append(token, 0, body(&all), Durability::OnReturn).await;
        assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    }
    assert!(other.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_uploads_share_little_memory() {
    let double = registry_doubles::s3::Double::start().await;
    let mut objects = super::quick();
    objects.memory = 2 * PART;
    let store =
        registry_storage::blob::ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects))
            .await;
    let store = store.unwrap();
    let all = bytes(1, 2 * PART + 10);
    let pushes = (0..12).map(|_| async {
        let frames: Vec<Bytes> =
            (0..all.len()).step_by(100_000).map(|at| all.slice(at..all.len().min(at + 100_000))).collect();
        let frames = stream::iter(frames).then(|frame| async move {
            tokio::task::yield_now().await;
            Ok(frame)
        });
        let token = store.begin(None).await.unwrap();
        let token = store.append(&token, 0, frames.boxed(), Durability::OnCommit).await.unwrap().token;
        store.commit(&token, all.len() as u64).await.unwrap()
    });
    for location in futures_util::future::join_all(pushes).await {
        assert_holds(&store, &location, &all).await;
    }
}
