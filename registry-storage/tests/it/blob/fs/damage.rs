//! Files that are not what they were, and things that are no files.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::Path;

use bytes::Bytes;
use futures_util::StreamExt;
use registry_core::PageRequest;
use registry_storage::blob::{Durability, FsBlobStore};
use registry_storage::{BlobStore, Error, Location, UploadToken};

use super::{file_of, open};
use crate::blob::{assert_holds, body, bytes, put, read};

fn set_len(file: &Path, len: u64) {
    OpenOptions::new().write(true).open(file).unwrap().set_len(len).unwrap();
}

async fn assert_corrupt(store: &FsBlobStore, location: &Location, size: usize) {
    let found = read(store, location, size).await.map(|found| found.len());
    assert!(matches!(found, Err(Error::Corrupt { .. })), "a read says {found:?}");
    let probed = store.probe(location, size as u64).await;
    assert!(matches!(probed, Err(Error::Corrupt { .. })), "a probe says {probed:?}");
}

#[tokio::test]
async fn a_file_of_another_length_is_corrupt() {
    let (store, directory) = open().await;
    for size in [1, 5000, 2_000_000] {
        let all = bytes(1, size);
        let location = put(&store, &all).await;
        for len in [0, size - 1, size + 1, size * 2] {
            set_len(&file_of(directory.path(), &location), len as u64);
            assert_corrupt(&store, &location, size).await;
        }
    }
}

#[tokio::test]
async fn a_file_that_is_cut_short_while_it_is_read_is_corrupt() {
    let (store, directory) = open().await;
    let all = bytes(1, 4_000_000);
    let location = put(&store, &all).await;
    let mut reading = store.read(&location, 4_000_000, 0..4_000_000).await.unwrap();
    let mut found = reading.next().await.unwrap().unwrap().to_vec();
    set_len(&file_of(directory.path(), &location), 2_500_000);
    let failure = loop {
        match reading.next().await.expect("a failure before the end") {
            Ok(piece) => found.extend_from_slice(&piece),
            Err(error) => break error,
        }
    };
    assert!(matches!(failure, Error::Corrupt { .. }), "{failure:?}");
    assert!(found == all[..found.len()], "what came before is right");
    assert!(reading.next().await.is_none(), "nothing follows a failure");
}

#[tokio::test]
async fn a_link_is_not_followed() {
    let (store, directory) = open().await;
    let secret = directory.path().join("secret");
    fs::write(&secret, "top secret").unwrap();
    let location = put(&store, &bytes(1, 10)).await;
    let file = file_of(directory.path(), &location);
    fs::remove_file(&file).unwrap();
    symlink(&secret, &file).unwrap();
    assert_corrupt(&store, &location, 10).await;
    store.delete(&location).await.unwrap();
    assert_eq!(fs::read(&secret).unwrap(), b"top secret");

    let token = store.begin(None).await.unwrap();
    let file = directory.path().join("uploads").join(token.as_str());
    fs::remove_file(&file).unwrap();
    symlink(&secret, &file).unwrap();
    assert!(store.append(&token, 0, body(&bytes(1, 5)), Durability::OnReturn).await.is_err());
    assert!(store.commit(&token, 10).await.is_err());
    store.abort(&token).await.unwrap();
    assert_eq!(fs::read(&secret).unwrap(), b"top secret");
}

#[tokio::test]
async fn a_directory_and_a_pipe_are_no_blobs() {
    let (store, directory) = open().await;
    for plant in [plant_directory, plant_pipe] {
        let location = put(&store, &bytes(1, 10)).await;
        let file = file_of(directory.path(), &location);
        fs::remove_file(&file).unwrap();
        plant(&file);
        assert_corrupt(&store, &location, 10).await;
    }
}

fn plant_directory(at: &Path) {
    fs::create_dir(at).unwrap();
}

fn plant_pipe(at: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, at, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[tokio::test]
async fn foreign_files_are_neither_listed_nor_touched() {
    let (store, directory) = open().await;
    let location = put(&store, &bytes(1, 10)).await;
    let hex = "0".repeat(30);
    let foreign =
        ["notes", "blobs/notes", "blobs/00/notes", "blobs/zz/x", "uploads/notes"].map(str::to_owned);
    let near = [format!("blobs/00/{hex}0"), format!("blobs/00/{hex}.tmp"), format!("blobs/0g/{hex}")];
    for path in foreign.iter().chain(&near) {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    assert_eq!(store.list(&PageRequest::first(100)).await.unwrap().items, [location]);
    for path in foreign.iter().chain(&near) {
        for climbing in [path.clone(), format!("../{path}"), format!("../../{path}")] {
            store.delete(&Location::from(climbing.as_str())).await.unwrap();
            store.abort(&UploadToken::from(climbing)).await.unwrap();
        }
        assert_eq!(fs::read(directory.path().join(path)).unwrap(), b"mine");
    }
}

#[tokio::test]
async fn a_reader_is_not_hurt_by_a_delete() {
    let (store, _directory) = open().await;
    let all = bytes(1, 5_000_000);
    let location = put(&store, &all).await;
    let reading = store.read(&location, 5_000_000, 0..5_000_000).await.unwrap();
    store.delete(&location).await.unwrap();
    let pieces: Vec<_> = reading.collect().await;
    let found: Vec<Bytes> = pieces.into_iter().map(Result::unwrap).collect();
    assert!(found.concat() == all);
    let other = put(&store, &all).await;
    assert_holds(&store, &other, &all).await;
}
