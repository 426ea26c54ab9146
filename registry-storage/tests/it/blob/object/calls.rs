//! How many requests what costs.

use std::time::Duration;

use registry_doubles::s3::Double;
use registry_storage::BlobStore;
use registry_storage::blob::{Durability, ObjectBlobStore};

use super::options;
use crate::blob::{assert_holds, body, bytes, put, read};

const PART: usize = 5 << 20;

async fn opened() -> (Double, ObjectBlobStore) {
    let double = Double::start().await;
    let store = ObjectBlobStore::open_s3(options(&double.endpoint())).await.unwrap();
    double.counted();
    (double, store)
}

fn counted(double: &Double) -> String {
    let counts = double.counted();
    counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn a_small_blob_is_one_put_and_reading_it_one_get() {
    let (double, store) = opened().await;
    for size in [0, 1, 100_000, PART - 1] {
        let all = bytes(1, size);
        let location = put(&store, &all).await;
        assert_eq!(counted(&double), "put 1", "to push {size} bytes");
        store.probe(&location, size as u64).await.unwrap();
        store.direct_url(&location, Duration::from_secs(60)).await.unwrap();
        assert_eq!(counted(&double), "", "to look at {size} bytes");
        assert!(read(&store, &location, size).await.unwrap() == all);
        let expected = if size == 0 { "head 1" } else { "get 1" };
        assert_eq!(counted(&double), expected, "to pull {size} bytes");
        store.delete(&location).await.unwrap();
        assert_eq!(counted(&double), "delete 1", "to delete {size} bytes");
    }
}

#[tokio::test]
async fn a_large_blob_is_its_parts_and_two_more_and_nothing_is_copied() {
    let (double, store) = opened().await;
    for (size, parts) in [(PART, 1), (PART + 1, 2), (3 * PART + 100, 4)] {
        let all = bytes(1, size);
        let location = put(&store, &all).await;
        assert_eq!(counted(&double), format!("complete 1, create 1, part {parts}"), "to push {size} bytes");
        assert!(read(&store, &location, size).await.unwrap() == all);
        assert_eq!(counted(&double), "get 1", "to pull {size} bytes");
    }
    assert!(double.kept(|keep| keep.uploads.is_empty()));
}

#[tokio::test]
async fn tiny_chunks_wait_in_the_token_and_larger_ones_beside_it() {
    let (double, store) = opened().await;
    let all = bytes(1, 2 * PART + 1000);
    let mut token = store.begin(None).await.unwrap();
    let mut at = 0;
    for (size, requests) in [(10, ""), (60_000, ""), (10_000, "put 1"), (500_000, "put 1"), (PART, "")] {
        let chunk = all.slice(at..at + size);
        let appended = store.append(&token, at as u64, body(&chunk), Durability::OnReturn).await.unwrap();
        token = registry_storage::UploadToken::from(appended.token.as_str().to_owned());
        at += size;
        if size < PART {
            assert_eq!(counted(&double), requests, "after {at} bytes");
        } else {
            assert_eq!(counted(&double), "create 1, get 2, part 1, put 1", "after {at} bytes");
        }
        assert!(token.as_str().len() < 200_000, "a token of {} bytes", token.as_str().len());
    }
    let rest = all.slice(at..);
    let appended = store.append(&token, at as u64, body(&rest), Durability::OnCommit).await.unwrap();
    assert_eq!(counted(&double), "get 1, part 1");
    let location = store.commit(&appended.token, all.len() as u64).await.unwrap();
    assert_eq!(counted(&double), "complete 1, delete 3, part 1");
    assert_holds(&store, &location, &all).await;
    let left = double.kept(|keep| keep.objects.keys().filter(|key| key.contains("/uploads/")).count());
    assert_eq!(left, 0, "objects beside the upload");
}

#[tokio::test]
async fn chunks_of_one_size_are_parts_of_their_own() {
    let double = Double::start().await;
    let mut objects = super::apart();
    objects.part_size = 8 << 20;
    let store = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
    // The first chunk, those behind it, and what they cost.
    let table = [
        (PART, vec![PART, PART, 1000], "complete 1, create 1, part 4"),
        (PART + 7, vec![PART + 7; 2], "complete 1, create 1, part 3"),
        // What comes later may have any size.
        (PART, vec![PART / 2, 2 * PART], "complete 1, create 1, delete 2, get 2, part 4, put 2"),
        // Too small for a part, and larger than one.
        (PART - 1, vec![PART - 1], "complete 1, create 1, delete 2, get 2, part 2, put 2"),
        (9 << 20, vec![], "complete 1, create 1, delete 1, get 1, part 2, put 1"),
    ];
    for (first, rest, cost) in table {
        double.counted();
        let sizes: Vec<usize> = [first].into_iter().chain(rest).collect();
        let all = bytes(1, sizes.iter().sum());
        let mut token = store.begin(None).await.unwrap();
        let mut at = 0;
        for size in &sizes {
            let chunk = all.slice(at..at + size);
            let appended = store.append(&token, at as u64, body(&chunk), Durability::OnReturn).await.unwrap();
            token = registry_storage::UploadToken::from(appended.token.as_str());
            at += size;
        }
        let location = store.commit(&token, all.len() as u64).await.unwrap();
        assert_eq!(counted(&double), cost, "{sizes:?}");
        assert_holds(&store, &location, &all).await;
    }
}

#[tokio::test]
async fn where_uploads_are_not_listed_a_marker_tells_of_them() {
    let double = Double::start().await;
    double.kept(|keep| keep.hides_uploads = true);
    let options = options(&double.endpoint());
    let store = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
    let all = bytes(1, 2 * PART);
    let token = store.begin(None).await.unwrap();
    double.counted();
    let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
    assert_eq!(counted(&double), "create 1, part 2, put 1");
    let name = token.name().to_owned();
    // Another process finds it, and gives it back.
    let other = ObjectBlobStore::open_s3(options).await.unwrap();
    let stale = other.stale_uploads(Duration::ZERO, 10).await.unwrap();
    assert_eq!(stale.iter().map(registry_storage::UploadToken::name).collect::<Vec<_>>(), [name]);
    assert!(other.stale_uploads(Duration::from_secs(60), 10).await.unwrap().is_empty());
    other.abort(&stale[0]).await.unwrap();
    assert!(double.kept(|keep| keep.uploads.is_empty() && keep.objects.is_empty()));
    assert!(other.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_is_signed_and_good_for_five_minutes_at_most() {
    let (double, store) = opened().await;
    let location = put(&store, &bytes(1, 10)).await;
    let url = store.direct_url(&location, Duration::from_secs(3600)).await.unwrap().unwrap();
    assert!(url.starts_with(&double.endpoint()), "{url}");
    assert!(url.contains("X-Amz-Expires=300") && url.contains("X-Amz-Signature="), "{url}");
    let elsewhere = super::s3(&double.endpoint()).public_endpoint("https://images.example.com");
    let elsewhere = ObjectBlobStore::open_s3(elsewhere).await.unwrap();
    let url = elsewhere.direct_url(&location, Duration::from_secs(60)).await.unwrap().unwrap();
    let begin = format!("https://images.example.com/test/blobs/{location}?");
    assert!(url.starts_with(&begin) && url.contains("X-Amz-Expires=60"), "{url}");
    let mut objects = super::quick();
    objects.direct_urls = false;
    let without = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
    assert_eq!(without.direct_url(&location, Duration::from_secs(60)).await.unwrap(), None);
}
