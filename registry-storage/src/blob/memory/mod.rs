//! Blobs in the memory of the process.

mod rope;
mod state;

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use registry_core::{Page, PageRequest};

use self::state::State;
use super::{Appended, BlobRead, BlobStore, BodyStream, Durability, Location, UploadToken};
use crate::Result;

/// Keeps blobs in the memory of the process: for tests, for registries that live as long as their process, and for
/// caches.
///
/// Frames of at least 8 KiB are kept as they arrive, without a copy; reads share them. Clones share the same blobs,
/// so a clone is "another instance on the same backend". When the last clone is dropped, all is gone: neither
/// [`Durability`] outlives the process.
///
/// ```
/// # use registry_storage::blob::{BlobStore, Durability, MemoryBlobStore};
/// # use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
/// # async fn example() -> registry_storage::Result<()> {
/// let store = MemoryBlobStore::new();
/// let token = store.begin(None).await?;
/// let body = stream::iter([Ok("hello, ".into()), Ok("world".into())]).boxed();
/// let appended = store.append(&token, 0, body, Durability::OnCommit).await?;
/// let location = store.commit(&appended.token, appended.written).await?;
///
/// let tail: Vec<_> = store.read(&location, 12, 7..12).await?.try_collect().await?;
/// assert_eq!(tail.concat(), b"world");
/// # Ok(())
/// # }
/// # example().now_or_never().unwrap().unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryBlobStore {
    state: Arc<Mutex<State>>,
}

impl MemoryBlobStore {
    /// An empty store that takes as much as there is memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that holds at most `limit` bytes, uploads and blobs together. What does not fit is
    /// [`Error::Full`](crate::Error::Full).
    #[must_use]
    pub fn with_limit(limit: u64) -> Self {
        Self { state: Arc::new(Mutex::new(State::with_limit(limit))) }
    }

    /// How many bytes are held, uploads and blobs together.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.state().held()
    }

    /// Nothing in here panics half-way through a change, so a poisoned lock is as good as a clean one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BlobStore for MemoryBlobStore {
    async fn begin(&self, _size_hint: Option<u64>) -> Result<UploadToken> {
        self.state().begin()
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        mut body: BodyStream<'_>,
        _durability: Durability,
    ) -> Result<Appended> {
        let turn = self.state().start_append(token, offset)?;
        let mut written = 0;
        while let Some(frame) = body.next().await {
            match frame {
                Ok(bytes) => {
                    written += bytes.len() as u64;
                    self.state().push(token, turn, offset, bytes)?;
                }
                Err(cause) => return Ok(Appended::interrupted(token.clone(), written, cause)),
            }
        }
        Ok(Appended::whole(token.clone(), written))
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        self.state().commit(token, size)
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        self.state().abort(token);
        Ok(())
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        let mut pieces = self.state().read(location, size, &range)?;
        if pieces.len() <= 1 {
            return Ok(BlobRead::from_bytes(pieces.pop().unwrap_or_default()));
        }
        Ok(BlobRead::new(range.end - range.start, stream::iter(pieces.into_iter().map(Ok))))
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.state().probe(location, size)
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.state().delete(location);
        Ok(())
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        Ok(self.state().stale_uploads(age, limit))
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        Ok(self.state().list(page))
    }
}
