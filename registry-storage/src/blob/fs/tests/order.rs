//! What is on the disk before what.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;
use registry_core::PageRequest;
use rustix::io::Errno;

use super::scripted::{Call, Step};
use super::{Bench, Durability, bytes};
use crate::blob::{BlobStore, FsBlobStore, FsOptions};
use crate::foreign::Foreign;

fn inode(path: impl AsRef<Path>) -> u64 {
    path.as_ref().metadata().unwrap().ino()
}

/// Everything but the writes themselves.
fn lasting(calls: Vec<Call>) -> Vec<Call> {
    calls.into_iter().filter(|call| !matches!(call, Call::Write(_) | Call::WriteBack(_))).collect()
}

#[tokio::test]
async fn a_commit_syncs_the_bytes_then_moves_the_file_then_syncs_the_name() {
    let bench = Bench::new().await;
    let token = bench.begun_with(&bytes(700_000)).await;
    assert_eq!(lasting(bench.script.calls()), [], "nothing is waited for before the commit");
    let location = bench.store.commit(&token, 700_000).await.unwrap();
    let fan_out = bench.directory.path().join("blobs").join(&location.as_str()[..2]);
    assert_eq!(
        lasting(bench.script.calls()),
        [Call::SyncData, Call::Rename, Call::SyncDirectory(inode(fan_out))],
    );
}

#[tokio::test]
async fn adopting_syncs_the_bytes_and_the_new_name_and_writes_nothing() {
    let bench = Bench::new().await;
    let foreign = bench.directory.path().join("foreign");
    std::fs::write(&foreign, bytes(70_000)).unwrap();
    let adopted = bench.store.adopt(&Foreign::file(&foreign), 70_000).await.unwrap().unwrap();
    let path = bench.directory.path().join("blobs").join(adopted.as_str());
    assert_eq!(inode(&path), inode(&foreign), "one file with two names");
    assert_eq!(
        bench.script.calls(),
        [Call::Link, Call::SyncData, Call::SyncDirectory(inode(path.parent().unwrap()))],
    );
}

#[tokio::test]
async fn what_cannot_be_linked_is_not_adopted_and_leaves_nothing() {
    let bench = Bench::new().await;
    let foreign = bench.directory.path().join("foreign");
    std::fs::write(&foreign, bytes(70_000)).unwrap();
    let adopt = |file: &Path, size| {
        let (store, foreign) = (bench.store.clone(), Foreign::file(file));
        async move { store.adopt(&foreign, size).await }
    };
    for errno in [Errno::XDEV, Errno::PERM, Errno::MLINK, Errno::OPNOTSUPP] {
        bench.script.fail((Step::Link, errno));
        assert!(matches!(adopt(&foreign, 70_000).await, Ok(None)), "{errno}");
    }
    for (step, errno) in
        [(Step::Link, Errno::IO), (Step::SyncData, Errno::IO), (Step::SyncDirectory, Errno::NOSPC)]
    {
        bench.script.fail((step, errno));
        assert!(adopt(&foreign, 70_000).await.is_err(), "{step:?}");
    }
    bench.script.fail(None);
    let link = bench.directory.path().join("symbolic");
    std::os::unix::fs::symlink(&foreign, &link).unwrap();
    assert!(matches!(adopt(&link, 70_000).await, Ok(None)));
    assert!(adopt(&foreign, 1).await.is_err());
    let left = bench.store.list(&PageRequest::first(10)).await.unwrap();
    assert_eq!(left.items, []);
}

#[tokio::test]
async fn a_durable_append_syncs_the_bytes_and_the_name_after_the_last_write() {
    let bench = Bench::new().await;
    let token = bench.store.begin(None).await.unwrap();
    bench.append(&token, 0, &bytes(700_000), Durability::OnReturn).await.unwrap();
    let calls = bench.script.calls();
    let uploads = inode(bench.directory.path().join("uploads"));
    assert_eq!(lasting(calls.clone()), [Call::SyncData, Call::SyncDirectory(uploads)]);
    assert!(matches!(calls[..], [.., Call::Write(_), Call::SyncData, Call::SyncDirectory(_)]), "{calls:?}");
}

#[tokio::test]
async fn a_new_store_is_on_the_disk_with_every_directory_above_it() {
    let parent = tempfile::tempdir().unwrap();
    let bench = Bench::new().await;
    let script = std::sync::Arc::clone(&bench.script);
    let disk = Box::new(super::ScriptedDisk(std::sync::Arc::clone(&script)));
    let root = parent.path().join("a/b/store");
    FsBlobStore::open_on(root.clone(), FsOptions::default(), disk).await.unwrap();
    let calls = script.calls();
    for synced in
        [parent.path(), &parent.path().join("a"), &parent.path().join("a/b"), &root, &root.join("blobs")]
    {
        assert!(calls.contains(&Call::SyncDirectory(inode(synced))), "{} is not synced", synced.display());
    }
    assert_eq!(
        std::fs::read_dir(root.join("uploads")).unwrap().count(),
        0,
        "the trial leaves nothing behind"
    );
    assert_eq!(
        std::fs::read_dir(root.join("blobs")).unwrap().count(),
        256,
        "the trial leaves nothing behind"
    );
}

#[tokio::test]
async fn a_directory_of_blobs_that_was_removed_is_made_and_synced_again() {
    let bench = Bench::new().await;
    let token = bench.begun_with(&bytes(10)).await;
    let blobs = bench.directory.path().join("blobs");
    let fan_out = blobs.join(&token.as_str()[..2]);
    std::fs::remove_dir(&fan_out).unwrap();
    let location = bench.store.commit(&token, 10).await.unwrap();
    let (blobs, fan_out) = (inode(blobs), inode(fan_out));
    assert_eq!(
        lasting(bench.script.calls()),
        [
            Call::SyncData,
            Call::Rename,
            Call::SyncDirectory(blobs),
            Call::Rename,
            Call::SyncDirectory(fan_out)
        ],
    );
    bench.assert_holds(&location, &bytes(10)).await;
}

#[tokio::test]
async fn write_back_begins_once_for_each_window_that_is_full() {
    let bench = Bench::new().await;
    let token = bench.begun_with(&Bytes::from(vec![0; 20 << 20])).await;
    bench.append(&token, 20 << 20, &Bytes::from(vec![0; 13 << 20]), Durability::OnCommit).await.unwrap();
    let begun = bench.script.calls().into_iter().filter_map(|call| match call {
        Call::WriteBack(range) => Some(range),
        _ => None,
    });
    assert_eq!(
        begun.collect::<Vec<_>>(),
        [0..8 << 20, 8 << 20..16 << 20, 16 << 20..24 << 20, 24 << 20..32 << 20]
    );
}
