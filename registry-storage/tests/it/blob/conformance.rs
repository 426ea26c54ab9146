//! The public suite on the backends of this crate.

use registry_storage::blob::{FsBlobStore, MemoryBlobStore};
use registry_storage::blob_store_conformance;
use registry_storage::conformance::Fixture;

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
    Fixture::new(store, another).keep(directory)
}
