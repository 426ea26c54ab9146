//! The trait of everything that keeps bytes.

use std::fmt::Debug;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use registry_core::{Page, PageRequest};

use super::{BlobRead, Location, UploadToken};
use crate::foreign::Foreign;
use crate::{BoxError, Result};

/// The bytes of a request body as they arrive; an error means that the sender went away or broke the protocol.
pub type BodyStream<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send + 'a>>;

/// Keeps the bytes of blobs. It knows neither digests nor repositories: which location holds which digest is told by
/// the metadata alone.
///
/// ```text
///  begin ──► append ──► append ──► commit ──► read … read ──► delete
///              │                     │
///              └─────────────────────┴──► abort
/// ```
///
/// # Contract
/// Every backend keeps these, and `blob_store_conformance!` (feature `conformance`) has one test for each.
///
/// - **B-1** What was appended and committed is read back byte for byte, whole and by any range.
/// - **B-2** `append` writes at `offset` and drops whatever lay behind it: an upload set back to an earlier offset
///   forgets the bytes after it. An offset beyond what was kept is [`Error::Invalid`](crate::Error::Invalid).
/// - **B-3** When the body fails in the middle, the bytes before the failure are kept, counted in
///   [`Appended::written`], and the failure is handed back in [`Appended::interrupted`].
/// - **B-4** Bytes appended with [`Durability::OnReturn`] survive a crash of process and machine from the moment
///   `append` returns; those of [`Durability::OnCommit`] from the moment `commit` returns.
/// - **B-5** `commit` makes exactly the first `size` bytes permanent without copying them. Fewer kept bytes than
///   `size` is [`Error::Corrupt`](crate::Error::Corrupt).
/// - **B-6** Every `commit` answers a location that was never answered before and never will be again.
/// - **B-7** After `commit` or `abort` the token is unknown: `append` and `commit` answer
///   [`Error::NotFound`](crate::Error::NotFound).
/// - **B-8** `abort` gives the bytes back; on an unknown token it does nothing and succeeds.
/// - **B-9** `read` and `probe` of a location that holds another number of bytes than `size` are
///   [`Error::Corrupt`](crate::Error::Corrupt); of one that holds nothing, [`Error::NotFound`](crate::Error::NotFound).
/// - **B-10** A range that is not within `0..size` is [`Error::Invalid`](crate::Error::Invalid); an empty range is
///   allowed.
/// - **B-11** `delete` makes the location unknown; on an unknown location it does nothing and succeeds. A read that
///   began before may go on or fail, and never yields wrong bytes.
/// - **B-12** `list` yields every committed location that was not deleted, once, in byte order, page by page, and no
///   upload in progress.
/// - **B-13** An upload goes on in another instance on the same backend, with nothing but its token and offset.
/// - **B-14** Two uploads never share bytes, whatever their order and however they overlap.
/// - **B-15** Locations and tokens that this backend never made are [`Error::NotFound`](crate::Error::NotFound);
///   they never reach anything outside the store.
/// - **B-16** No byte of an `append` whose future was dropped arrives once a later `append` or `commit` of the same
///   upload has returned.
/// - **B-17** `stale_uploads` names only uploads in progress to which nothing was written for at least `age`, each
///   once, and no more than `limit`. Its tokens have the [name](UploadToken::name) of the upload and are good for
///   `abort`; the rest of them may differ from the one that was answered last.
/// - **B-18** `adopt` makes foreign bytes readable at a location without copying them, or answers none and has changed
///   nothing. Foreign bytes are never changed or removed, also not by `delete` of that location. Where they have
///   another number of bytes than said, the answer is [`Error::Corrupt`](crate::Error::Corrupt), and where there are
///   none, [`Error::NotFound`](crate::Error::NotFound), unless it is none. Where the bytes stay those of somebody else,
///   B-11 and B-12 do not hold for the location: it goes on being readable, and is not listed.
///
/// # Cancel safety
/// Dropping the future of any method leaves the store usable. A dropped `append` may have kept any number of the
/// body's bytes; they are dropped by the next `append` at an earlier offset. A dropped `commit` may have been carried
/// out: what it made permanent is then known to nobody but `list`.
#[async_trait]
pub trait BlobStore: Debug + Send + Sync + 'static {
    /// Begins an upload. `size_hint` is how many bytes it will have, where that is known.
    ///
    /// # Errors
    /// When the backend fails.
    async fn begin(&self, size_hint: Option<u64>) -> Result<UploadToken>;

    /// Writes the body at `offset` and answers how much of it was kept, with the token to go on with.
    ///
    /// Memory in use stays bounded whatever the length of the body.
    ///
    /// # Errors
    /// See B-2 and B-7; [`Error::Full`](crate::Error::Full) when there is no space, and then the upload is as it was
    /// before at `offset`, with the space given back, or unknown where the backend cannot vouch for the earlier bytes.
    /// [`Error::Unavailable`](crate::Error::Unavailable) may be the answer while another call writes the same upload.
    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        body: BodyStream<'_>,
        durability: Durability,
    ) -> Result<Appended>;

    /// Makes the first `size` bytes of the upload permanent and answers where they lie.
    ///
    /// # Errors
    /// See B-5 and B-7; as for [`append`](Self::append), where the backend fails.
    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location>;

    /// Ends an upload and gives its bytes back.
    ///
    /// # Errors
    /// When the backend fails; an unknown token is no failure.
    async fn abort(&self, token: &UploadToken) -> Result<()>;

    /// Reads the bytes `range` of a blob that has `size` bytes in all.
    ///
    /// # Errors
    /// See B-9 and B-10.
    async fn read(&self, location: &Location, size: u64, range: Range<u64>) -> Result<BlobRead>;

    /// Checks cheaply that a blob of `size` bytes can be read, without reading it.
    ///
    /// A backend for which any check is a request over a network may answer yes without asking.
    ///
    /// # Errors
    /// See B-9.
    async fn probe(&self, location: &Location, size: u64) -> Result<()>;

    /// Gives the bytes of a blob back.
    ///
    /// # Errors
    /// When the backend fails; an unknown location is no failure.
    async fn delete(&self, location: &Location) -> Result<()>;

    /// The committed locations in byte order; `last` of the request is a location's text.
    ///
    /// # Errors
    /// When the backend fails.
    async fn list(&self, page: &PageRequest) -> Result<Page<Location>>;

    /// Uploads in progress to which nothing was written for at least `age`: at most `limit` of them, in no order.
    ///
    /// It knows only the bytes: whether an upload is still wanted is told by the metadata. An upload that a crash kept
    /// out of the metadata is found only here. A backend that forgets such uploads by itself may name none.
    ///
    /// # Errors
    /// When the backend fails.
    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        let _ = (age, limit);
        Ok(Vec::new())
    }

    /// Makes bytes that somebody else keeps readable here without copying them, where the backend can: what lies in the
    /// same file system, or in the same bucket. Nothing is answered where it cannot; then they are to be read, and
    /// written like any others.
    ///
    /// They are not looked at beyond their number.
    ///
    /// # Errors
    /// See B-18; when the backend fails.
    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        let _ = (foreign, size);
        Ok(None)
    }

    /// An address from which a client may fetch the blob itself for about `valid_for`, where the backend offers that.
    ///
    /// Whoever has the address can read the blob until then: it is a secret, and belongs into no log.
    ///
    /// # Errors
    /// When the backend fails.
    async fn direct_url(&self, location: &Location, valid_for: Duration) -> Result<Option<String>> {
        let _ = (location, valid_for);
        Ok(None)
    }
}

/// When appended bytes must have reached stable storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum Durability {
    /// Before `append` returns: the offset is about to be promised to a client.
    OnReturn,
    /// Before `commit` returns: nothing is promised until then.
    OnCommit,
}

/// What became of an append.
#[derive(Debug)]
#[non_exhaustive]
pub struct Appended {
    /// The token to go on with; it may differ from the one that was given.
    pub token: UploadToken,
    /// How many bytes of the body were kept.
    pub written: u64,
    /// Why the body ended early; absent when it was taken whole.
    pub interrupted: Option<BoxError>,
}

impl Appended {
    /// An append that took the body whole.
    #[must_use]
    pub const fn whole(token: UploadToken, written: u64) -> Self {
        Self { token, written, interrupted: None }
    }

    /// An append whose body failed after `written` bytes.
    #[must_use]
    pub const fn interrupted(token: UploadToken, written: u64, cause: BoxError) -> Self {
        Self { token, written, interrupted: Some(cause) }
    }
}
