//! The store on Google Cloud Storage: all promises, in the XML API, on the double.

use std::time::Duration;

use registry_doubles::s3::Double;
use registry_storage::BlobStore;
use registry_storage::blob::{Durability, GcsCredentials, GcsOptions, ObjectBlobStore};
use registry_storage::blob_store_conformance;
use registry_storage::conformance::Fixture;

use crate::blob::{assert_holds, body, bytes};

blob_store_conformance!(conformance, doubled);

/// An empty store on a server that speaks the XML API (bucket `test`).
pub(super) async fn fixture(endpoint: &str, double: Option<Double>) -> Fixture<ObjectBlobStore> {
    let options = options(endpoint);
    let store = ObjectBlobStore::open_gcs(options.clone()).await.unwrap();
    let another = move || {
        let options = options.clone();
        async move { ObjectBlobStore::open_gcs(options).await.unwrap() }
    };
    Fixture::new(store, another).keep(double)
}

async fn doubled() -> Fixture<ObjectBlobStore> {
    let double = Double::start().await;
    fixture(&double.endpoint(), Some(double)).await
}

fn options(endpoint: &str) -> GcsOptions {
    GcsOptions::new("test")
        .endpoint(endpoint)
        .allow_http(true)
        .credentials(GcsCredentials::token("test"))
        .objects(super::apart())
}

#[tokio::test]
async fn an_upload_of_parts_is_made_of_them_without_a_copy_and_without_conditions() {
    let double = Double::start().await;
    let store = ObjectBlobStore::open_gcs(options(&double.endpoint())).await.unwrap();
    double.kept(|keep| keep.ignores_conditions = true);
    double.counted();
    let all = bytes(1, (5 << 20) * 2 + 7);
    let token = store.begin(Some(all.len() as u64)).await.unwrap();
    let token = store.append(&token, 0, body(&all), Durability::OnCommit).await.unwrap().token;
    let location = store.commit(&token, all.len() as u64).await.unwrap();
    let counted = double.counted();
    let counted: Vec<_> = counted.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(counted, [("complete", 1), ("create", 1), ("part", 3)]);
    assert_holds(&store, &location, &all).await;
    assert!(store.commit(&token, all.len() as u64).await.is_err(), "an upload was committed twice");
    assert!(store.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn there_are_no_addresses_at_an_endpoint_of_its_own() {
    let fixture = doubled().await;
    let token = fixture.store().begin(None).await.unwrap();
    let location = fixture.store().commit(&token, 0).await.unwrap();
    let address = fixture.store().direct_url(&location, Duration::from_secs(60)).await.unwrap();
    assert_eq!(address, None);
}
