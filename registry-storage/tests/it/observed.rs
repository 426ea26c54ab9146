//! Stores under observation: the public suites still hold, and every call is told.

use std::sync::{Arc, Mutex};

use registry_core::PageRequest;
use registry_storage::blob::{MemoryBlobStore, UploadToken};
use registry_storage::conformance::Fixture;
use registry_storage::metadata::{EventLog, MemoryMetadataStore};
use registry_storage::{BlobStore, Observed, StoreCall, StoreObserver};

/// Keeps store, action and whether it went well.
#[derive(Debug, Default)]
struct Calls(Mutex<Vec<(&'static str, &'static str, bool)>>);

impl StoreObserver for Calls {
    fn called(&self, call: &StoreCall<'_>) {
        self.0.lock().unwrap().push((call.store, call.action, call.error.is_none()));
    }
}

fn observed<S>(store: S) -> Observed<S> {
    Observed::new(Arc::new(store), Arc::new(Calls::default()))
}

async fn blobs() -> Fixture<Observed<MemoryBlobStore>> {
    let store = MemoryBlobStore::new();
    let same = store.clone();
    Fixture::new(observed(store), move || std::future::ready(observed(same.clone())))
}

async fn metadata() -> Fixture<Observed<MemoryMetadataStore>> {
    let store = MemoryMetadataStore::new();
    let same = store.clone();
    Fixture::new(observed(store), move || std::future::ready(observed(same.clone())))
}

registry_storage::blob_store_conformance!(observed_blobs, blobs);
registry_storage::metadata_store_conformance!(observed_metadata, metadata);

#[tokio::test]
async fn every_call_is_told_with_what_became_of_it() {
    let calls = Arc::new(Calls::default());
    let blobs: Arc<dyn BlobStore> = Arc::new(MemoryBlobStore::new());
    let blobs = Observed::new(blobs, Arc::clone(&calls) as Arc<dyn StoreObserver>);
    let token = blobs.begin(None).await.unwrap();
    blobs.list(&PageRequest::first(1)).await.unwrap();
    blobs.abort(&token).await.unwrap();
    let unknown: UploadToken = "none".to_owned().into();
    blobs.commit(&unknown, 1).await.unwrap_err();
    let metadata = Arc::new(MemoryMetadataStore::new());
    let metadata = Observed::new(metadata, Arc::clone(&calls) as Arc<dyn StoreObserver>);
    metadata.last_event().await.unwrap();
    let told = calls.0.lock().unwrap().clone();
    let expected = [
        ("blob", "begin", true),
        ("blob", "list", true),
        ("blob", "abort", true),
        ("blob", "commit", false),
        ("metadata", "last_event", true),
    ];
    assert_eq!(told, expected);
}

/// A method that has a default is easily forgotten: then the default would answer and not the store.
#[test]
fn every_method_is_forwarded() {
    for (traits, wrapper, at_least) in [
        (include_str!("../../src/blob/store.rs"), include_str!("../../src/observed/blob.rs"), 9),
        (include_str!("../../src/metadata/store.rs"), include_str!("../../src/observed/metadata.rs"), 20),
    ] {
        let methods = traits.lines().filter_map(|line| {
            let rest = line.trim_start();
            let rest = rest.strip_prefix("async fn ").or_else(|| rest.strip_prefix("fn "))?;
            rest.split('(')
                .next()
                .filter(|_| line.starts_with("    ") && (line.contains("&self") || line.ends_with('(')))
        });
        let methods: Vec<&str> = methods.collect();
        assert!(methods.len() >= at_least, "{methods:?}");
        for method in methods {
            assert!(wrapper.contains(&format!("self.inner.{method}(")), "{method} is not forwarded");
        }
    }
}
