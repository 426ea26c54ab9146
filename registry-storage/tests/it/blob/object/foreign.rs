//! A bucket of somebody else.

use registry_doubles::s3::Double;
use registry_storage::BlobStore;
use registry_storage::blob::ObjectBlobStore;
use registry_storage::foreign::{Foreign, ForeignBucket, ForeignTree};

use super::{at, s3};
use crate::foreign::{files, is_read};

#[tokio::test]
async fn a_bucket_is_read_as_folders() {
    let double = Double::start().await;
    double.kept(|keep| {
        for (path, bytes) in files() {
            keep.put(&format!("of/others/{path}"), bytes, false).unwrap();
        }
        keep.put("of/others-too/x", "x".into(), false).unwrap();
    });
    let tree = ForeignBucket::s3(&s3(&double.endpoint()).objects(at("of/others"))).unwrap();
    is_read(&tree).await;
    let bucket = format!("{}/test", double.endpoint());
    assert_eq!(tree.place("a/empty"), Foreign::object(bucket, "of/others/a/empty"));
    // 1,000 at a time.
    double.counted();
    let count = futures_util::StreamExt::count(tree.entries("many")).await;
    assert_eq!((count, double.counted()["list"]), (2_500, 3));
}

#[tokio::test]
async fn an_object_is_adopted_by_one_look_and_never_removed() {
    let double = Double::start().await;
    double.kept(|keep| keep.put("of/others/data", "data".into(), false).unwrap());
    let store = ObjectBlobStore::open_s3(s3(&double.endpoint()).objects(at("ours"))).await.unwrap();
    let bucket = format!("{}/test", double.endpoint());
    double.counted();
    let location = store.adopt(&Foreign::object(&bucket, "of/others/data"), 4).await.unwrap().unwrap();
    assert_eq!(
        (location.as_str(), double.counted().into_iter().collect()),
        ("adopted:of/others/data", vec![("head".to_owned(), 1)])
    );
    store.delete(&location).await.unwrap();
    assert!(double.counted().is_empty());
    assert!(
        store
            .direct_url(&location, std::time::Duration::from_secs(60))
            .await
            .unwrap()
            .unwrap()
            .contains("/test/of/others/data?")
    );
    // What lies elsewhere, and what would be another key.
    for (bucket, key) in
        [("https://elsewhere/test", "of/others/data"), (&*bucket, "of//others/data"), (&*bucket, "")]
    {
        let adopted = store.adopt(&Foreign::object(bucket, key), 4).await;
        assert!(matches!(adopted, Ok(None)), "{bucket} {key}: {adopted:?}");
    }
    assert!(matches!(store.adopt(&Foreign::file("data"), 4).await, Ok(None)));
    assert!(double.counted().is_empty());
}
