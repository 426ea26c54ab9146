//! The public suite on the backends of this crate.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::blob_store_conformance;
use registry_storage::conformance::Fixture;
use registry_storage::foreign::Foreign;

blob_store_conformance!(memory, memory);
blob_store_conformance!(fs, fs);

async fn memory() -> Fixture<MemoryBlobStore> {
    let store = MemoryBlobStore::new();
    let same = store.clone();
    Fixture::new(store, move || std::future::ready(same.clone()))
}

async fn fs() -> Fixture<FsBlobStore> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    let store = FsBlobStore::open(&path).await.unwrap();
    let another = move || {
        let path = path.clone();
        async move { FsBlobStore::open(path).await.unwrap() }
    };
    let (beside, count) = (directory.path().join("elsewhere"), AtomicU32::new(0));
    std::fs::create_dir(&beside).unwrap();
    let make = move |bytes: Bytes| {
        let path = beside.join(count.fetch_add(1, Ordering::Relaxed).to_string());
        std::fs::write(&path, bytes).unwrap();
        std::future::ready(Foreign::file(path))
    };
    Fixture::new(store, another).with_foreign(make).keep(directory)
}

/// Every bullet of the contract has a check, and the macro runs it.
#[test]
fn the_suite_has_a_check_for_each_bullet() {
    let contract = include_str!("../../../src/blob/store.rs");
    let suite = include_str!("../../../src/conformance/blob/mod.rs");
    let (_, expanded) = suite.split_once("@each $factory,").unwrap();
    let (expanded, _) = expanded.split_once(");").unwrap();
    let numbers = |text: &str, before: &str| {
        let found =
            text.split(before).skip(1).filter_map(|rest| rest.split(['*', '_']).next()?.parse::<u32>().ok());
        found.collect::<Vec<_>>()
    };
    let bullets = numbers(contract, "**B-");
    assert!(bullets.len() >= 16, "{bullets:?}");
    assert_eq!(numbers(expanded, " b_"), bullets);
}
