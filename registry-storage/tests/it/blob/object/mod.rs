//! The store on objects: against a double in this process, or against the server that one of `REGISTRY_TEST_S3`,
//! `REGISTRY_TEST_GCS` and `REGISTRY_TEST_AZURE` names.

#[cfg(feature = "azure")]
mod azure;
mod calls;
mod faults;
mod foreign;
#[cfg(feature = "gcs")]
mod gcs;
mod large;
mod memory;
mod rewind;

use std::time::Duration;

use bytes::Bytes;
use registry_storage::blob::{Credentials, ObjectBlobStore, ObjectOptions, S3Options};
use registry_storage::blob_store_conformance;
use registry_storage::conformance::Fixture;
use registry_storage::foreign::Foreign;

use registry_doubles::s3::Double;

blob_store_conformance!(conformance, fixture);

/// An empty store on the server that a variable names (bucket `test`; for S3 the key `testtest` with the secret
/// `testsecret`, with checksums in place of signed bodies if there is a variable `REGISTRY_TEST_UNSIGNED`), or else on a double that is taken for S3.
async fn fixture() -> Fixture<ObjectBlobStore> {
    #[cfg(feature = "gcs")]
    if let Ok(endpoint) = std::env::var("REGISTRY_TEST_GCS") {
        return gcs::fixture(&endpoint, None).await;
    }
    #[cfg(feature = "azure")]
    if let Ok(endpoint) = std::env::var("REGISTRY_TEST_AZURE") {
        return azure::fixture(&endpoint).await;
    }
    let (endpoint, double) = match std::env::var("REGISTRY_TEST_S3") {
        Ok(endpoint) => (endpoint, None),
        Err(_) => {
            let double = Double::start().await;
            (double.endpoint(), Some(double))
        }
    };
    let options = options(&endpoint);
    let store = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
    let another = move || {
        let options = options.clone();
        async move { ObjectBlobStore::open_s3(options).await.unwrap() }
    };
    Fixture::new(store, another)
        .with_foreign(move |bytes| of_somebody_else(endpoint.clone(), bytes))
        .keep(double)
}

/// An object that another store keeps in the same bucket.
async fn of_somebody_else(endpoint: String, bytes: Bytes) -> Foreign {
    let prefix = format!("foreign/{}", registry_storage::metadata::UploadId::random().unwrap());
    let store = ObjectBlobStore::open_s3(s3(&endpoint).objects(at(&prefix))).await.unwrap();
    let location = crate::blob::put(&store, &bytes).await;
    Foreign::object(format!("{endpoint}/test"), format!("{prefix}/blobs/{location}"))
}

/// A place of its own in the bucket.
fn options(endpoint: &str) -> S3Options {
    s3(endpoint).objects(apart())
}

/// What does not depend on the service.
fn apart() -> ObjectOptions {
    at(&format!("it/{}", registry_storage::metadata::UploadId::random().unwrap()))
}

/// Options of a place in the bucket.
fn at(prefix: &str) -> ObjectOptions {
    let mut objects = quick();
    objects.prefix = prefix.to_owned();
    objects
}

fn s3(endpoint: &str) -> S3Options {
    S3Options::new("test")
        .endpoint(endpoint)
        .allow_http(true)
        .credentials(Credentials::key("testtest", "testsecret"))
        .unsigned_payload(std::env::var_os("REGISTRY_TEST_UNSIGNED").is_some())
}

/// Options that do not wait for long.
fn quick() -> ObjectOptions {
    let mut objects = ObjectOptions::default();
    objects.part_size = 5 << 20;
    objects.attempt_timeout = Duration::from_secs(10);
    objects.stall_timeout = Duration::from_secs(10);
    objects
}
