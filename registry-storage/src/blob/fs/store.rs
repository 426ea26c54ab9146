//! The store that is a directory.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Page, PageRequest};

use super::append::{self, Target};
use super::budget::Budget;
use super::disk::{Disk, SystemDisk};
use super::lane::Lane;
use super::layout::{self, Layout};
use super::upload::Uploads;
use super::{FsOptions, adopt, list, open, read, stale};
use crate::blob::object_id::ObjectId;
use crate::blob::{
    Appended, BlobRead, BlobStore, BodyStream, Durability, Location, UNKNOWN_LOCATION, UNKNOWN_UPLOAD,
    UploadToken, check_range,
};
use crate::foreign::Foreign;
use crate::{Error, Result};

/// Keeps blobs in a directory; see [`blob::fs`](crate::blob::fs) for what lies where.
///
/// Cheap to clone; clones share their memory budgets. Its methods must be called within a tokio runtime, whose
/// blocking threads do the work.
///
/// ```
/// # use registry_storage::blob::{BlobStore, Durability, FsBlobStore};
/// # use futures_util::{StreamExt, TryStreamExt, stream};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> registry_storage::Result<()> {
/// # let directory = tempfile::tempdir().unwrap();
/// let store = FsBlobStore::open(directory.path()).await?;
/// let token = store.begin(Some(5)).await?;
/// let body = stream::iter([Ok("hello".into())]).boxed();
/// let appended = store.append(&token, 0, body, Durability::OnCommit).await?;
/// let location = store.commit(&appended.token, appended.written).await?;
/// // The bytes survive a loss of power from here on.
///
/// let all: Vec<_> = store.read(&location, 5, 0..5).await?.try_collect().await?;
/// assert_eq!(all.concat(), b"hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct FsBlobStore {
    layout: Arc<Layout>,
    uploads: Uploads,
    pushes: Arc<Budget>,
    pulls: Arc<Budget>,
    writes: Lane,
    reads: Lane,
}

impl FsBlobStore {
    /// Opens a directory with default options, and makes it where it is missing.
    ///
    /// Everything that the store relies on is tried with a file of its own: create, lock, write, sync, move, see,
    /// remove. What is stored is not looked at, so a store of any size opens at once.
    ///
    /// # Errors
    /// When the directory cannot be made, or does not pass the trial; the source of the error names what failed.
    ///
    /// # Cancel safety
    /// Dropping the future may leave empty directories behind, which the next call uses.
    pub async fn open(directory: impl Into<PathBuf>) -> Result<Self> {
        Self::open_with(directory, FsOptions::default()).await
    }

    /// As [`open`](Self::open), with options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// # Cancel safety
    /// As [`open`](Self::open).
    pub async fn open_with(directory: impl Into<PathBuf>, options: FsOptions) -> Result<Self> {
        Self::open_on(directory.into(), options, Box::new(SystemDisk)).await
    }

    pub(super) async fn open_on(directory: PathBuf, options: FsOptions, disk: Box<dyn Disk>) -> Result<Self> {
        let (writes, reads) = (Lane::new(options.threads), Lane::new(options.threads));
        let layout = Arc::new(writes.run(move || open::open(&directory, disk)).await?);
        let uploads =
            Uploads { layout: Arc::clone(&layout), lane: writes.clone(), lock_wait: options.lock_wait };
        let (pushes, pulls) = (Budget::new(options.push_memory), Budget::new(options.pull_memory));
        Ok(Self { layout, uploads, pushes, pulls, writes, reads })
    }
}

#[async_trait]
impl BlobStore for FsBlobStore {
    async fn begin(&self, _size_hint: Option<u64>) -> Result<UploadToken> {
        let layout = Arc::clone(&self.layout);
        self.writes
            .run(move || {
                let name = ObjectId::random()?.to_string();
                layout::create_file(&layout.uploads, &name)
                    .map_err(|error| Error::io("begin an upload", error))?;
                Ok(UploadToken::from(name))
            })
            .await
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        let id = layout::upload_of(token).ok_or(UNKNOWN_UPLOAD)?;
        let target = Target { uploads: self.uploads.clone(), id, offset };
        let share = self.pushes.join();
        match append::append(target, body, durability, &share).await? {
            (written, None) => Ok(Appended::whole(token.clone(), written)),
            (written, Some(cause)) => Ok(Appended::interrupted(token.clone(), written, cause)),
        }
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        let id = layout::upload_of(token).ok_or(UNKNOWN_UPLOAD)?;
        self.uploads.with_locked(id, (), move |file, ()| file.publish(size)).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        let Some(id) = layout::upload_of(token) else { return Ok(()) };
        let layout = Arc::clone(&self.layout);
        // No lock is needed: a write under way goes to a file without a name, and a commit under way finds none.
        self.writes
            .run(move || {
                let removed = layout::remove_file(&layout.uploads, &id.to_string());
                removed.map(drop).map_err(|error| Error::io("abort an upload", error))
            })
            .await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        check_range(size, &range)?;
        let id = layout::blob_of(location).ok_or(UNKNOWN_LOCATION)?;
        let (layout, budget, lane) = (Arc::clone(&self.layout), Arc::clone(&self.pulls), self.reads.clone());
        self.reads.run(move || read::read(&layout, id, size, range, &budget, lane)).await
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        let id = layout::blob_of(location).ok_or(UNKNOWN_LOCATION)?;
        let layout = Arc::clone(&self.layout);
        self.reads.run(move || read::probe(&layout, id, size)).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        let Some(id) = layout::blob_of(location) else { return Ok(()) };
        let layout = Arc::clone(&self.layout);
        self.writes
            .run(move || {
                let removed = layout::remove_file(&layout.blobs, &layout::blob_path(id));
                removed.map(drop).map_err(|error| Error::io("delete a blob", error))
            })
            .await
    }

    /// By one more name for the same file.
    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        let Some(file) = foreign.as_file().map(ToOwned::to_owned) else { return Ok(None) };
        let layout = Arc::clone(&self.layout);
        self.writes.run(move || adopt::adopt(&layout, &file, size)).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        let (layout, page) = (Arc::clone(&self.layout), page.clone());
        self.reads.run(move || list::list(&layout, &page)).await
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        let layout = Arc::clone(&self.layout);
        self.reads.run(move || stale::stale_uploads(&layout, age, limit)).await
    }
}
