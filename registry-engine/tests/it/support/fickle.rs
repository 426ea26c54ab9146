//! A store that makes use of every freedom that the contract gives: each append answers a new token, of a body that
//! broke only a part is kept, and it remembers what it was asked for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Page, PageRequest};
use registry_storage::blob::{Appended, BodyStream, Durability};
use registry_storage::foreign::Foreign;
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

use super::World;

#[derive(Debug, Clone)]
pub(crate) struct FickleBlobs {
    inner: Arc<dyn BlobStore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The inner token and the length of each upload, by the newest token for it.
    uploads: BTreeMap<String, (UploadToken, u64)>,
    made: u64,
    appended: Vec<Durability>,
}

impl FickleBlobs {
    /// The world on such a store, and a look into it.
    pub(crate) fn under(world: World) -> (World, Self) {
        let fickle = Self { inner: Arc::clone(&world.blobs), state: Arc::default() };
        let store = fickle.clone();
        (world.through(|_| Arc::new(store), |metadata| metadata), fickle)
    }

    /// How many uploads are going on.
    pub(crate) fn uploads(&self) -> usize {
        self.state.lock().unwrap().uploads.len()
    }

    /// How the appends so far were to be kept.
    pub(crate) fn appended(&self) -> Vec<Durability> {
        std::mem::take(&mut self.state.lock().unwrap().appended)
    }

    fn keep(&self, upload: UploadToken, length: u64) -> UploadToken {
        let mut state = self.state.lock().unwrap();
        state.made += 1;
        let token = format!("{}", state.made);
        state.uploads.insert(token.clone(), (upload, length));
        token.into()
    }

    fn take(&self, token: &UploadToken) -> Result<(UploadToken, u64)> {
        let upload = self.state.lock().unwrap().uploads.remove(token.as_str());
        upload.ok_or(Error::NotFound { what: "upload" })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl BlobStore for FickleBlobs {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        Ok(self.keep(self.inner.begin(size_hint).await?, 0))
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        let (upload, _) = self.take(token)?;
        self.state.lock().unwrap().appended.push(durability);
        let appended = self.inner.append(&upload, offset, body, durability).await?;
        Ok(match appended.interrupted {
            None => Appended::whole(self.keep(appended.token, offset + appended.written), appended.written),
            Some(cause) => {
                let kept = appended.written / 2;
                Appended::interrupted(self.keep(appended.token, offset + kept), kept, cause)
            }
        })
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        let (upload, length) = self.take(token)?;
        assert!(length >= size, "{length} bytes are kept and {size} are wanted");
        self.inner.commit(&upload, size).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        match self.take(token) {
            Ok((upload, _)) => self.inner.abort(&upload).await,
            Err(_) => Ok(()),
        }
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        self.inner.read(location, size, range).await
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.inner.probe(location, size).await
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        self.inner.delete(location).await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        self.inner.list(page).await
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        let _ = (age, limit);
        Ok(Vec::new())
    }

    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        self.inner.adopt(foreign, size).await
    }

    async fn direct_url(&self, location: &Location, valid_for: Duration) -> Result<Option<String>> {
        self.inner.direct_url(location, valid_for).await
    }
}
