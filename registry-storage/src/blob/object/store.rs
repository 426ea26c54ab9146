//! The store that is a bucket.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use registry_core::{Page, PageRequest};

use super::budget::Budget;
use super::inner::Inner;
use super::layout::{Layout, parse_location};
use super::ledger::Ledger;
use super::service::Service;
use super::state::State;
use super::{ObjectOptions, adopt, append, claim, commit, list, read, rewind, trial};
use crate::blob::object_id::ObjectId;
use crate::blob::{
    Appended, BlobRead, BlobStore, BodyStream, Durability, Location, UNKNOWN_LOCATION, UNKNOWN_UPLOAD,
    UploadToken, check_range, too_short,
};
use crate::foreign::Foreign;
use crate::{Error, Result};

/// How many parts an upload of a known size is cut into at most: room is left for numbers that are passed over.
const PLANNED_PARTS: u64 = append::PARTS as u64 / 2;
/// Larger parts have a size that is a multiple of this.
const PART_STEP: u64 = 1 << 20;
/// The longest time that an address is good for.
const ADDRESS: Duration = Duration::from_secs(300);

/// Keeps blobs as objects; see [`blob::object`](crate::blob::object) for what lies where, and what costs how much.
///
/// Cheap to clone; clones share their memory budget. Its methods must be called within a tokio runtime.
///
/// ```no_run
/// # use registry_storage::blob::{BlobStore, Credentials, Durability, ObjectBlobStore, S3Options};
/// # use futures_util::{StreamExt, stream};
/// # async fn example() -> registry_storage::Result<()> {
/// let options = S3Options::new("images").region("eu-central-1").credentials(Credentials::environment());
/// let store = ObjectBlobStore::open_s3(options).await?;
/// let token = store.begin(Some(5)).await?;
/// let body = stream::iter([Ok("hello".into())]).boxed();
/// let appended = store.append(&token, 0, body, Durability::OnCommit).await?;
/// let location = store.commit(&appended.token, appended.written).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ObjectBlobStore {
    inner: Arc<Inner>,
    /// The address of the bucket, if what others keep in it can be read as it lies.
    adopts: Option<Arc<str>>,
}

impl ObjectBlobStore {
    /// Opens a bucket of S3, or of a service that speaks like it. The bucket must be there.
    ///
    /// Everything that the store relies on is tried with objects of its own: write, read, read a range, list, make one
    /// of parts, remove. What is stored is not looked at, so a bucket of any size opens at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for options that make no sense; [`Error::Unsupported`] when the service does not pass the
    /// trial; when it cannot be reached or refuses, and then the sources of the error tell why.
    ///
    /// # Cancel safety
    /// Dropping the future may leave objects below `trial/` behind.
    #[cfg(feature = "s3")]
    pub async fn open_s3(options: super::S3Options) -> Result<Self> {
        let has_addresses = options.has_addresses();
        let adopts = has_addresses.then(|| options.bucket_address()).transpose()?.map(Arc::from);
        let store = Self::open(options.connect()?, options.object_options(), has_addresses).await?;
        Ok(Self { adopts, ..store })
    }

    /// Opens a bucket of Google Cloud Storage, which must be there, as [`open_s3`](Self::open_s3) opens one of S3.
    ///
    /// # Errors
    /// As [`open_s3`](Self::open_s3).
    ///
    /// # Cancel safety
    /// As [`open_s3`](Self::open_s3).
    #[cfg(feature = "gcs")]
    pub async fn open_gcs(options: super::GcsOptions) -> Result<Self> {
        Self::open(options.connect()?, options.object_options(), options.has_addresses()).await
    }

    /// Opens a container of Azure Blob Storage, which must be there, as [`open_s3`](Self::open_s3) opens a bucket of
    /// S3.
    ///
    /// # Errors
    /// As [`open_s3`](Self::open_s3).
    ///
    /// # Cancel safety
    /// As [`open_s3`](Self::open_s3).
    #[cfg(feature = "azure")]
    pub async fn open_azure(options: super::AzureOptions) -> Result<Self> {
        Self::open(options.connect()?, options.object_options(), options.has_addresses()).await
    }

    async fn open(service: Service, objects: &ObjectOptions, has_addresses: bool) -> Result<Self> {
        let mut objects = objects.clone();
        if objects.part_size < append::LEAST_PART {
            return Err(Error::Invalid { reason: "a part has at least 5 MiB" });
        }
        objects.direct_urls &= has_addresses;
        let layout = Layout::new(&objects.prefix)?;
        let conditions = trial::trial(&service, &layout).await?;
        let budget = Budget::new(objects.memory, objects.memory_wait);
        let inner =
            Inner { service, layout, options: objects, budget, ledger: Ledger::default(), conditions };
        Ok(Self { inner: Arc::new(inner), adopts: None })
    }

    /// The state behind a token of an upload that has not ended, as far as this instance knows.
    fn state(&self, token: &UploadToken) -> Result<State> {
        let state = State::parse(token).ok_or(UNKNOWN_UPLOAD)?;
        if self.inner.ledger.has_ended(state.id) { Err(UNKNOWN_UPLOAD) } else { Ok(state) }
    }

    fn key(&self, location: &Location) -> Option<String> {
        let adopted = adopt::adopted_key(location).map(ToOwned::to_owned);
        parse_location(location).map(|id| self.inner.layout.blob(id)).or(adopted)
    }
}

#[async_trait]
impl BlobStore for ObjectBlobStore {
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken> {
        let least = size_hint.unwrap_or_default().div_ceil(PLANNED_PARTS).next_multiple_of(PART_STEP);
        // The hint is a client's word: what it says is not what is held in memory.
        let most = (self.inner.options.memory as u64).next_multiple_of(PART_STEP);
        let part_size = least.min(most).max(self.inner.options.part_size as u64);
        Ok(State::new(ObjectId::random()?, part_size).into_token())
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended> {
        let state = rewind::rewind(&self.inner, self.state(token)?, offset).await?;
        let kept = append::append(&self.inner, state, body, durability).await?;
        let token = kept.state.into_token();
        Ok(match kept.interrupted {
            None => Appended::whole(token, kept.written),
            Some(cause) => Appended::interrupted(token, kept.written, cause),
        })
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        let state = self.state(token)?;
        if state.len() < size {
            return Err(too_short(state.len(), size));
        }
        commit::commit(&self.inner, rewind::rewind(&self.inner, state, size).await?).await
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        let Some(state) = State::parse(token) else { return Ok(()) };
        self.inner.ledger.end(state.id);
        self.inner.abort_parts(&state).await?;
        claim::forget(&self.inner, state.id).await?;
        self.inner.delete_all(&self.inner.keys_beside(&state)).await
    }

    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead> {
        check_range(size, &range)?;
        let key = self.key(location).ok_or(UNKNOWN_LOCATION)?;
        read::open(&self.inner, &key, size, range).await
    }

    /// Asks nothing: it says yes to whatever may be a location.
    async fn probe(&self, location: &Location, _size: u64) -> Result<()> {
        self.key(location).map(drop).ok_or(UNKNOWN_LOCATION)
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        // What was adopted stays that of somebody else.
        let Some(id) = parse_location(location) else { return Ok(()) };
        self.inner.service.delete(&self.inner.layout.blob(id)).await
    }

    /// Of an object in the same bucket, which goes on lying where it lies: its key becomes the location.
    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        match foreign.as_object() {
            Some((bucket, key)) if self.adopts.as_deref() == Some(bucket) => {
                adopt::adopt(&self.inner, key, size).await
            }
            _ => Ok(None),
        }
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        list::list(&self.inner, page).await
    }

    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        list::stale_uploads(&self.inner, age, limit).await
    }

    /// A signed address for `GET`, good for five minutes at most; nothing, where the options say so.
    async fn direct_url(&self, location: &Location, valid_for: Duration) -> Result<Option<String>> {
        if !self.inner.options.direct_urls {
            return Ok(None);
        }
        let Some(key) = self.key(location) else { return Err(UNKNOWN_LOCATION) };
        let path = object_store::path::Path::from(key);
        let signed = self.inner.service.signer.signed_url(Method::GET, &path, valid_for.min(ADDRESS)).await;
        let url = signed.map_err(|error| super::failure::failed("sign an address", "credential", error))?;
        Ok(Some(url.into()))
    }
}
