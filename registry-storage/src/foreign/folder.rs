//! A folder of somebody else.

use std::fs::{DirEntry, File, ReadDir};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Foreign, ForeignEntries, ForeignEntry, ForeignTree};
use crate::blob::{NOTHING_FOREIGN, wrong_size};
use crate::{BlobRead, Error, Result};

/// How many entries are looked at on one thread in one go.
const ENTRIES: usize = 256;
/// How many bytes are read in one go.
const PIECE: u64 = 512 * 1024;

/// A folder of somebody else. Its methods must be called within a tokio runtime, whose blocking threads do the work.
///
/// Symbolic links are followed: whoever keeps the folder has made them.
#[derive(Debug, Clone)]
pub struct ForeignFolder {
    root: PathBuf,
}

impl ForeignFolder {
    /// The folder at this path. It is not looked at yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

#[async_trait]
impl ForeignTree for ForeignFolder {
    fn entries(&self, folder: &str) -> ForeignEntries<'_> {
        let opened = Opened::Not(self.path(folder));
        let batches = stream::try_unfold(opened, |opened| async move {
            let (batch, opened) = blocking("list a folder", move || opened.next()).await?;
            Ok::<_, Error>((!batch.is_empty()).then_some((batch, opened)))
        });
        batches.map_ok(|batch| stream::iter(batch.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn small(&self, path: &str, limit: u64) -> Result<Option<Bytes>> {
        let path = self.path(path);
        let read =
            blocking("read a file", move || there(File::open(path)).and_then(|file| read_up_to(file, limit)));
        let read = read.await?;
        if read.as_ref().is_some_and(|bytes| bytes.len() as u64 > limit) {
            return Err(Error::Invalid { reason: "the file is too large" });
        }
        Ok(read)
    }

    async fn size(&self, path: &str) -> Result<Option<u64>> {
        let path = self.path(path);
        blocking("look at a file", move || Ok(there(std::fs::metadata(path))?.map(|metadata| metadata.len())))
            .await
    }

    async fn read(&self, path: &str, size: u64) -> Result<BlobRead> {
        let path = self.path(path);
        let opened = blocking("open a file", move || {
            let Some(file) = there(File::open(path))? else { return Ok(None) };
            let len = file.metadata()?.len();
            Ok(Some((file, len)))
        });
        let (file, len) = opened.await?.ok_or(NOTHING_FOREIGN)?;
        if len != size {
            return Err(wrong_size(len, size));
        }
        let pieces = stream::try_unfold((file, size), |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let (piece, file) = blocking("read a file", move || {
                let mut piece = Vec::new();
                Read::by_ref(&mut file).take(left.min(PIECE)).read_to_end(&mut piece)?;
                Ok((piece, file))
            })
            .await?;
            let left = left - piece.len() as u64;
            if piece.is_empty() {
                return Err(Error::Corrupt { reason: "the file ended early".to_owned() });
            }
            Ok(Some((Bytes::from(piece), (file, left))))
        });
        Ok(BlobRead::new(size, pieces))
    }

    fn place(&self, path: &str) -> Foreign {
        Foreign::file(self.path(path))
    }
}

/// A folder on the way through its entries.
enum Opened {
    Not(PathBuf),
    At(ReadDir),
}

impl Opened {
    /// The next entries; none at the end.
    fn next(self) -> io::Result<(Vec<ForeignEntry>, Self)> {
        let mut directory = match self {
            Self::At(directory) => directory,
            Self::Not(path) => match there(std::fs::read_dir(&path))? {
                Some(directory) => directory,
                None => return Ok((Vec::new(), Self::Not(path))),
            },
        };
        let batch: io::Result<Vec<_>> =
            directory.by_ref().take(ENTRIES).map(|entry| looked_at(&entry?)).collect();
        Ok((batch?, Self::At(directory)))
    }
}

fn looked_at(entry: &DirEntry) -> io::Result<ForeignEntry> {
    let kind = entry.file_type()?;
    let is_folder = kind.is_dir() || (kind.is_symlink() && is_folder(&entry.path()));
    Ok(ForeignEntry::new(entry.file_name().to_string_lossy().into_owned(), is_folder))
}

fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// What was asked for, unless there is nothing of that name.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// At most one byte more than the limit.
fn read_up_to(file: Option<File>, limit: u64) -> io::Result<Option<Bytes>> {
    let Some(file) = file else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes.into()))
}

async fn blocking<T: Send + 'static>(
    context: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal("run on a blocking thread", error))?
        .map_err(|error| Error::io(context, error))
}
