//! A disk that is full or broken.

use std::error::Error as _;
use std::sync::Arc;

use registry_core::PageRequest;
use rustix::io::Errno;

use super::scripted::{Script, ScriptedDisk, Step};
use super::{Bench, Durability, bytes, is_full, is_unknown};
use crate::Error;
use crate::blob::{BlobStore, FsBlobStore, FsOptions};

#[tokio::test]
async fn a_full_disk_sets_an_upload_back_to_where_the_append_began() {
    let (head, tail) = (bytes(1000), bytes(3_000_000));
    // In the first, second and last of the batches, and in the middle of a frame.
    for room in [0, 1, 200_000, 600_000, 2_999_999] {
        let bench = Bench::new().await;
        let token = bench.begun_with(&head).await;
        bench.script.leave_room(room);
        let refused = bench.append(&token, 1000, &tail, Durability::OnReturn).await;
        assert!(is_full(&refused), "with room for {room}: {refused:?}");
        assert_eq!(bench.files(), [1000], "with room for {room} nothing is left behind");

        bench.script.leave_room(None);
        let appended = bench.append(&token, 1000, &tail, Durability::OnReturn).await.unwrap();
        assert_eq!(appended.written, 3_000_000);
        let location = bench.store.commit(&token, 3_001_000).await.unwrap();
        bench.assert_holds(&location, &[&head[..], &tail[..]].concat()).await;
    }
}

#[tokio::test]
async fn a_failed_sync_ends_the_upload() {
    for (errno, full) in [(Errno::IO, false), (Errno::NOSPC, true)] {
        let bench = Bench::new().await;
        let (durable, token) = (bench.begun_with(&bytes(1000)).await, bench.begun_with(&bytes(1000)).await);
        bench.script.fail((Step::SyncData, errno));
        let appended = bench.append(&durable, 1000, &bytes(10), Durability::OnReturn).await;
        let committed = bench.store.commit(&token, 1000).await;
        assert!(appended.is_err() && committed.is_err());
        assert_eq!((is_full(&appended), is_full(&committed)), (full, full));
        bench.script.fail(None);
        assert!(is_unknown(&bench.store.commit(&token, 1000).await), "a second sync would hide the loss");
        assert!(is_unknown(&bench.append(&durable, 1000, &bytes(10), Durability::OnReturn).await));
        assert!(bench.files().is_empty(), "nothing is left behind");
    }
}

#[tokio::test]
async fn a_commit_whose_name_may_not_last_leaves_no_blob() {
    let bench = Bench::new().await;
    let token = bench.begun_with(&bytes(1000)).await;
    bench.script.fail((Step::SyncDirectory, Errno::IO));
    let committed = bench.store.commit(&token, 1000).await;
    assert!(matches!(committed, Err(Error::Internal { .. })), "{committed:?}");
    assert!(bench.store.list(&PageRequest::first(10)).await.unwrap().items.is_empty());
    assert!(bench.files().is_empty(), "nothing is left behind");
}

#[tokio::test]
async fn a_commit_that_cannot_move_the_file_can_be_tried_again() {
    let bench = Bench::new().await;
    let token = bench.begun_with(&bytes(1000)).await;
    bench.script.fail((Step::Rename, Errno::NOSPC));
    assert!(is_full(&bench.store.commit(&token, 1000).await));
    bench.script.fail(None);
    let location = bench.store.commit(&token, 1000).await.unwrap();
    bench.assert_holds(&location, &bytes(1000)).await;
}

#[tokio::test]
async fn a_directory_that_cannot_do_what_is_needed_is_refused_by_name() {
    for (step, errno, words) in [
        (Step::SyncData, Errno::IO, "cannot sync a file in "),
        (Step::SyncDirectory, Errno::INVAL, "cannot sync a directory in "),
        (Step::Rename, Errno::XDEV, "cannot move a file from `uploads` to `blobs` in "),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let script = Arc::new(Script::default());
        script.fail((step, errno));
        let disk = Box::new(ScriptedDisk(script));
        let opened = FsBlobStore::open_on(directory.path().to_owned(), FsOptions::default(), disk).await;
        let error = opened.unwrap_err();
        let said = error.source().unwrap().to_string();
        assert!(said.starts_with(words) && said.ends_with(&directory.path().display().to_string()), "{said}");
        let cause = error.source().unwrap().source().unwrap().to_string();
        assert_eq!(cause, std::io::Error::from(errno).to_string());
    }
}
