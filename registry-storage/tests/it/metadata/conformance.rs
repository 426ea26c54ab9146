//! Every bullet of the contract, on every backend.

use std::sync::Arc;

use registry_storage::conformance::Fixture;
use registry_storage::metadata::{CachedMetadataStore, MemoryMetadataStore, SqliteMetadataStore};

async fn memory() -> Fixture<MemoryMetadataStore> {
    let store = MemoryMetadataStore::new();
    let same = store.clone();
    Fixture::new(store, move || std::future::ready(same.clone()))
}

async fn sqlite() -> Fixture<SqliteMetadataStore> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let store = SqliteMetadataStore::open(&path).unwrap();
    let another = move || std::future::ready(SqliteMetadataStore::open(&path).unwrap());
    Fixture::new(store, another).keep(folder)
}

/// Each instance has a cache of its own, as each replica does.
async fn cached() -> Fixture<CachedMetadataStore<SqliteMetadataStore>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.sqlite");
    let open = move || CachedMetadataStore::new(Arc::new(SqliteMetadataStore::open(&path).unwrap()), 1 << 20);
    let store = open();
    Fixture::new(store, move || std::future::ready(open())).keep(folder)
}

registry_storage::metadata_store_conformance!(on_memory, memory);
registry_storage::metadata_store_conformance!(on_sqlite, sqlite);
registry_storage::metadata_store_conformance!(behind_a_cache, cached);
