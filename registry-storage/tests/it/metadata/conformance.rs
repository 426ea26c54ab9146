//! Every bullet of the contract, on every backend.

use registry_storage::conformance::Fixture;
use registry_storage::metadata::{MemoryMetadataStore, SqliteMetadataStore};

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

registry_storage::metadata_store_conformance!(on_memory, memory);
registry_storage::metadata_store_conformance!(on_sqlite, sqlite);
