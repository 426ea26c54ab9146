//! Processes that end at any moment, as far as one process can play that: the runtime goes, and nothing is closed
//! in order.

use std::path::Path;
use std::time::Duration;

use registry_storage::blob::{Durability, FsBlobStore};
use registry_storage::{BlobStore, Location, UploadToken};
use tokio::runtime::{Builder, Runtime};

use crate::blob::{assert_holds, body, bytes, never_ending};

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Lives through one life of a process and lets go of everything at once.
fn life<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    directory: &Path,
    then: impl FnOnce(FsBlobStore) -> F + Send + 'static,
) -> T {
    let (runtime, directory) = (runtime(), directory.to_owned());
    let lived = runtime.block_on(async move {
        let store = FsBlobStore::open(directory).await.unwrap();
        then(store).await
    });
    runtime.shutdown_background();
    lived
}

#[test]
fn an_upload_goes_on_after_lives_that_ended_in_the_middle() {
    let directory = tempfile::tempdir().unwrap();
    let all = bytes(1, 1_200_000);
    let token: UploadToken = life(directory.path(), |store| async move { store.begin(None).await.unwrap() });
    for turn in 0..6 {
        let (part, stray) = (all.slice(turn * 200_000..(turn + 1) * 200_000), bytes(9, 3_000_000));
        let token = token.clone();
        let at = turn as u64 * 200_000;
        life(directory.path(), move |store| async move {
            let appended = store.append(&token, at, body(&part), Durability::OnReturn).await.unwrap();
            assert_eq!(appended.written, 200_000);
            // The next part is on its way when the process ends.
            tokio::spawn(async move {
                store.append(&token, at + 200_000, never_ending(&stray), Durability::OnReturn).await.map(drop)
            });
            tokio::time::sleep(Duration::from_micros(300 * turn as u64)).await;
        });
    }
    let location: Location =
        life(directory.path(), move |store| async move { store.commit(&token, 1_200_000).await.unwrap() });
    life(directory.path(), move |store| async move { assert_holds(&store, &location, &all).await });
}

#[test]
fn a_task_that_is_aborted_leaves_an_upload_that_goes_on() {
    runtime().block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let store = FsBlobStore::open(directory.path()).await.unwrap();
        let (stray, wanted) = (bytes(1, 2_000_000), bytes(2, 2_000_000));
        for turn in 0..30 {
            let token = store.begin(None).await.unwrap();
            let appending = {
                let (store, token, body) = (store.clone(), token.clone(), never_ending(&stray));
                tokio::spawn(
                    async move { store.append(&token, 0, body, Durability::OnReturn).await.map(drop) },
                )
            };
            tokio::time::sleep(Duration::from_micros(100 * turn)).await;
            appending.abort();
            assert!(appending.await.unwrap_err().is_cancelled());
            store.append(&token, 0, body(&wanted), Durability::OnReturn).await.unwrap();
            let location = store.commit(&token, 2_000_000).await.unwrap();
            assert_holds(&store, &location, &wanted).await;
            store.delete(&location).await.unwrap();
        }
    });
}
