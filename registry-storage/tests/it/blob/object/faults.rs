//! What the store makes of a service in bad weather.

use std::time::Duration;

use futures_util::StreamExt;
use registry_doubles::between::{self, Between};
use registry_doubles::s3::{Double, Weather};
use registry_storage::blob::{Durability, ObjectBlobStore};
use registry_storage::{BlobStore, Error};

use crate::blob::{assert_holds, body, bytes, put, read};

const PART: usize = 5 << 20;

async fn opened(retries: usize) -> (Double, ObjectBlobStore) {
    let double = Double::start().await;
    let mut objects = super::quick();
    objects.retries = retries;
    objects.attempt_timeout = Duration::from_millis(1500);
    objects.stall_timeout = Duration::from_millis(1500);
    let store = ObjectBlobStore::open_s3(super::s3(&double.endpoint()).objects(objects)).await.unwrap();
    (double, store)
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_does_not_is_told() {
    let (double, store) = opened(3).await;
    let all = bytes(1, 2 * PART + 100);
    // Each kind of request fails in another way the first two times.
    double.weather(|kind, before| match (kind, before) {
        ("create", 0..2) => Weather::Status(503, "SlowDown", Some(0)),
        ("part", 0) => Weather::Status(500, "InternalError", None),
        ("part", 1) => Weather::Stall(Duration::from_secs(30)),
        ("complete", 0..2) => Weather::Status(503, "SlowDown", None),
        ("get", 0..2) => Weather::Status(429, "TooManyRequests", None),
        _ => Weather::Fine,
    });
    let location = put(&store, &all).await;
    assert_holds(&store, &location, &all).await;
    double.weather(|_, _| Weather::Status(503, "SlowDown", Some(0)));
    let refused = store.read(&location, all.len() as u64, 0..10).await;
    assert!(matches!(refused, Err(Error::Unavailable { retry_after: Some(_), .. })), "{refused:?}");
    assert_eq!(double.counted()["get"], 4, "as often as the options say");
    double.weather(|_, _| Weather::Status(507, "InsufficientStorage", None));
    let token = store.begin(None).await.unwrap();
    let token = store.append(&token, 0, body(&bytes(1, 10)), Durability::OnCommit).await.unwrap().token;
    let full = store.commit(&token, 10).await;
    assert!(matches!(full, Err(Error::Full { .. })), "{full:?}");
    double.weather(|_, _| Weather::Status(403, "AccessDenied", None));
    let denied = store.commit(&token, 10).await.unwrap_err();
    let cause = std::error::Error::source(&denied).unwrap().to_string();
    assert!(matches!(denied, Error::Internal { .. }) && cause.contains("credentials"), "{denied:?}");
    double.weather(|_, _| Weather::Fine);
    let location = store.commit(&token, 10).await.unwrap();
    assert_holds(&store, &location, &bytes(1, 10)).await;
}

#[tokio::test]
async fn a_body_that_is_cut_goes_on_where_it_was() {
    let (double, store) = opened(5).await;
    let all = bytes(1, 3_000_000);
    let location = put(&store, &all).await;
    double.weather(|kind, before| match (kind, before) {
        ("get", 0) => Weather::Cut(1_000_000),
        ("get", 1) => Weather::Status(503, "SlowDown", None),
        ("get", 2) => Weather::Cut(0),
        ("get", 3) => Weather::Cut(1_234_567),
        _ => Weather::Fine,
    });
    assert_holds(&store, &location, &all).await;
    assert_eq!(double.counted()["get"], 5);
    double.weather(|kind, _| if kind == "get" { Weather::Cut(10) } else { Weather::Fine });
    let cut = read(&store, &location, all.len()).await;
    assert!(matches!(cut, Err(Error::Unavailable { .. })), "a body that never comes whole");
}

#[tokio::test]
async fn a_body_goes_on_only_with_the_same_object() {
    let (double, store) = opened(3).await;
    let all = bytes(1, 3_000_000);
    let location = put(&store, &all).await;
    double.weather(
        |kind, before| if (kind, before) == ("get", 0) { Weather::Cut(100_000) } else { Weather::Fine },
    );
    let mut reading = store.read(&location, all.len() as u64, 0..all.len() as u64).await.unwrap();
    double.kept(|keep| {
        let object = keep.objects.get_mut(&format!("blobs/{location}")).unwrap();
        object.etag = "\"another\"".to_owned();
    });
    let mut failure = None;
    while let Some(piece) = reading.next().await {
        failure = piece.err();
    }
    assert!(matches!(failure, Some(Error::Corrupt { .. })), "{failure:?} after {:?}", double.counted());
}

#[tokio::test]
async fn a_commit_of_which_nobody_heard_is_found_out() {
    let (double, store) = opened(3).await;
    let all = bytes(1, PART + 10);
    for (status, code) in [(500, "InternalError"), (503, "SlowDown"), (504, "GatewayTimeout")] {
        double.weather(move |kind, before| match (kind, before) {
            ("complete", 0) => Weather::DoneBut(status, code),
            _ => Weather::Fine,
        });
        let location = put(&store, &all).await;
        assert_eq!(double.counted()["complete"], 1, "a look at the object tells");
        assert_holds(&store, &location, &all).await;
    }
    // Neither the answer nor the look comes in time: the next commit finds out.
    double.weather(|kind, _| match kind {
        "complete" => Weather::DoneBut(500, "InternalError"),
        "head" => Weather::Status(503, "SlowDown", None),
        _ => Weather::Fine,
    });
    let token = store.begin(None).await.unwrap();
    let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
    let unknown = store.commit(&token, all.len() as u64).await;
    assert!(matches!(unknown, Err(Error::Unavailable { .. })), "{unknown:?}");
    double.weather(|_, _| Weather::Fine);
    let location = store.commit(&token, all.len() as u64).await.unwrap();
    assert_holds(&store, &location, &all).await;
}

#[tokio::test]
async fn two_instances_never_commit_one_upload_both() {
    for (ignores_conditions, completes_again) in [(false, false), (true, false), (false, true), (true, true)]
    {
        let double = Double::start().await;
        double.kept(|keep| {
            keep.ignores_conditions = ignores_conditions;
            keep.completes_again = completes_again;
        });
        let options = super::options(&double.endpoint());
        let one = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
        let two = ObjectBlobStore::open_s3(options).await.unwrap();
        let all = bytes(1, 2 * PART);
        let token = one.begin(None).await.unwrap();
        let token = one.append(&token, 0, body(&all), Durability::OnReturn).await.unwrap().token;
        let size = all.len() as u64;
        let (first, second) = tokio::join!(one.commit(&token, size), two.commit(&token, size));
        let done = [&first, &second].into_iter().filter(|outcome| outcome.is_ok()).count();
        assert!(
            done <= 1,
            "conditions ignored {ignores_conditions}, again {completes_again}: {first:?} {second:?}"
        );
        if !(ignores_conditions && completes_again) {
            assert_eq!(done, 1, "{first:?} {second:?}");
        }
    }
}

#[tokio::test]
async fn a_storm_passes() {
    let (double, store) = opened(12).await;
    let counter = std::sync::atomic::AtomicUsize::new(0);
    // One in five fails, one in fifty late, one in ten bodies is cut.
    double.weather(move |kind, _| {
        match (kind, counter.fetch_add(7, std::sync::atomic::Ordering::Relaxed) % 50) {
            (_, at) if at % 5 == 1 => Weather::Status(503, "SlowDown", Some(0)),
            ("complete", at) if at % 5 == 2 => Weather::DoneBut(500, "InternalError"),
            ("get", at) if at % 5 == 3 => Weather::Cut(at * 50_000),
            (_, 4) => Weather::Stall(Duration::from_secs(2)),
            _ => Weather::Fine,
        }
    });
    let pushes = (0..10).map(|turn| {
        let store = &store;
        async move {
            let all = bytes(turn, turn * 700_000);
            let location = put(store, &all).await;
            assert_holds(store, &location, &all).await;
        }
    });
    futures_util::future::join_all(pushes).await;
    double.weather(|_, _| Weather::Fine);
    for token in store.stale_uploads(Duration::ZERO, 100).await.unwrap() {
        store.abort(&token).await.unwrap();
    }
    assert!(double.kept(|keep| keep.uploads.is_empty()));
}

#[tokio::test]
async fn a_bucket_that_is_not_there_or_not_ours_is_told_at_the_start() {
    let double = Double::start().await;
    let open = || ObjectBlobStore::open_s3(super::options(&double.endpoint()));
    double.weather(|kind, _| match kind {
        "put" => Weather::Status(404, "NoSuchBucket", None),
        _ => Weather::Fine,
    });
    let missing = open().await.unwrap_err();
    let cause = std::error::Error::source(&missing).unwrap().to_string();
    assert!(cause.contains("no such bucket"), "{missing:?}");
    double.weather(|_, _| Weather::Status(403, "SignatureDoesNotMatch", None));
    let refused = open().await.unwrap_err();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.contains("credentials") && !format!("{refused:?}").contains("testsecret"), "{refused:?}");
}

/// Requests and answers are cut at any byte, some are held back for longer than they are waited for.
#[tokio::test]
async fn b_01_b_07_a_storm_between_the_store_and_the_service_passes() {
    let double = Double::start().await;
    let between = Between::start(double.address()).await;
    let mut objects = super::quick();
    objects.retries = 12;
    objects.attempt_timeout = Duration::from_millis(1500);
    objects.stall_timeout = Duration::from_millis(1500);
    let options = super::s3(&between.endpoint()).objects(objects);
    let store = ObjectBlobStore::open_s3(options).await.unwrap();
    let mut storm = between::Weather::storm();
    storm.stall = Duration::from_secs(2);
    between.set(storm);
    let pushes = (0..12).map(|turn| {
        let store = &store;
        async move {
            let all = bytes(turn, turn * 600_000);
            // In chunks, so that what is less than a part waits beside the upload.
            let mut token = store.begin(None).await.unwrap();
            for at in (0..all.len()).step_by(2_500_000) {
                let chunk = all.slice(at..all.len().min(at + 2_500_000));
                let appended = store.append(&token, at as u64, body(&chunk), Durability::OnReturn).await;
                token = appended.unwrap_or_else(|error| panic!("{turn}: {error:?}")).token;
            }
            let location = store.commit(&token, all.len() as u64).await;
            let location = location.unwrap_or_else(|error| panic!("{turn}: {error:?}"));
            assert_holds(store, &location, &all).await;
        }
    });
    futures_util::future::join_all(pushes).await;
    assert!(between.befallen() > 20, "the weather was too fine: {}", between.befallen());
    between.set(between::Weather::fine());
    // A multipart upload that was begun twice, because the first answer was lost, is found in the round after.
    for _ in 0..8 {
        for token in store.stale_uploads(Duration::ZERO, 100).await.unwrap() {
            store.abort(&token).await.unwrap();
        }
    }
    assert!(double.kept(|keep| keep.uploads.is_empty()), "parts were left");
    assert!(double.kept(|keep| keep.objects.keys().all(|key| key.starts_with("blobs/"))));
}

/// It cannot be reached from one moment to the next, for what is asked of it then.
#[tokio::test]
async fn a_service_that_cannot_be_reached_is_unavailable_and_not_at_fault() {
    let all = bytes(1, PART + 10);
    let double = Double::start().await;
    let between = Between::start(double.address()).await;
    let mut objects = super::quick();
    objects.retries = 1;
    let options = super::s3(&between.endpoint()).objects(objects);
    let store = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
    let location = put(&store, &all).await;
    let token = store.begin(None).await.unwrap();
    let token = store.append(&token, 0, body(&all), Durability::OnReturn).await.unwrap().token;
    let (port, target) = (between.address(), double.address());
    drop(between);
    let size = all.len() as u64;
    let unavailable = |error: Error| assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    unavailable(store.commit(&token, size).await.unwrap_err());
    unavailable(store.read(&location, size, 0..size).await.unwrap_err());
    unavailable(store.append(&token, size, body(&all), Durability::OnReturn).await.unwrap_err());
    unavailable(store.delete(&location).await.unwrap_err());
    unavailable(store.list(&registry_core::PageRequest::first(10)).await.unwrap_err());
    unavailable(store.stale_uploads(Duration::ZERO, 10).await.unwrap_err());
    unavailable(ObjectBlobStore::open_s3(options).await.unwrap_err());
    // It is there again, and so is all that was kept.
    let _between = Between::on(port, target).await;
    let committed = store.commit(&token, size).await.unwrap();
    assert_holds(&store, &committed, &all).await;
    assert_holds(&store, &location, &all).await;
}
