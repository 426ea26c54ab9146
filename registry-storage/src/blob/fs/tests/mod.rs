//! What the store does when the disk is full or broken, and in which order it does what must last.

mod drops;
mod faults;
mod order;
mod scripted;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use self::scripted::{Script, ScriptedDisk};
use super::{FsBlobStore, FsOptions};
use crate::blob::{Appended, BlobStore, BodyStream, Durability, Location, UploadToken};
use crate::{Error, Result};

/// A store on a scripted disk.
struct Bench {
    store: FsBlobStore,
    script: Arc<Script>,
    directory: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let script = Arc::new(Script::default());
        let disk = Box::new(ScriptedDisk(Arc::clone(&script)));
        let store =
            FsBlobStore::open_on(directory.path().to_owned(), FsOptions::default(), disk).await.unwrap();
        script.forget();
        Self { store, script, directory }
    }

    async fn append(
        &self,
        token: &UploadToken,
        at: u64,
        all: &Bytes,
        durability: Durability,
    ) -> Result<Appended> {
        self.store.append(token, at, framed(all), durability).await
    }

    /// An upload that already has some bytes.
    async fn begun_with(&self, all: &Bytes) -> UploadToken {
        let token = self.store.begin(None).await.unwrap();
        self.append(&token, 0, all, Durability::OnCommit).await.unwrap().token
    }

    async fn assert_holds(&self, location: &Location, expected: &[u8]) {
        let size = expected.len() as u64;
        let read = self.store.read(location, size, 0..size).await.unwrap();
        let found: Vec<Bytes> = read.try_collect().await.unwrap();
        assert!(found.concat() == expected, "the blob has other bytes");
    }

    /// The sizes of all files in the store.
    fn files(&self) -> Vec<u64> {
        let mut sizes = Vec::new();
        collect(self.directory.path(), &mut sizes);
        sizes.sort_unstable();
        sizes
    }
}

fn collect(directory: &Path, sizes: &mut Vec<u64>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, sizes),
            false => sizes.push(path.metadata().unwrap().len()),
        }
    }
}

fn bytes(len: usize) -> Bytes {
    (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

/// A body in frames as a server hands them on.
fn framed(all: &Bytes) -> BodyStream<'static> {
    let all = all.clone();
    let frames =
        (0..all.len()).step_by(50_000).map(move |from| Ok(all.slice(from..all.len().min(from + 50_000))));
    stream::iter(frames.collect::<Vec<_>>()).boxed()
}

fn is_full<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::Full { .. }))
}

fn is_unknown<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::NotFound { what: "upload" }))
}
