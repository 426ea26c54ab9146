//! Which endpoint a request means: method, path and query become a [`Route`], or a [`RouteError`] that says why not.
//!
//! Repository names hold slashes and may hold the very words that endpoints are made of (`a/blobs/uploads`,
//! `tags/list/manifests`), so a path is read from its right end: what stands last decides, and whatever is left of it
//! is the name. Every string of the request becomes a type here; nothing behind this module sees raw text.
//!
//! Escapes are decoded once, component by component. A component that is malformed, is no UTF-8, or hides a slash
//! keeps its escapes, and as no grammar allows `%`, it is refused wherever it stands.
//!
//! The parser needs nothing but its arguments, does no I/O and never panics, whatever it is given.

mod error;
mod handler;
mod path;
mod query;
mod verb;

use http::Method;
use registry_core::{Algorithm, AnyDigest, Digest, MediaType, Reference, RepositoryName, Tag};
use registry_storage::metadata::UploadId;

pub use error::{Intent, RouteError};
pub use query::{After, EventQuery, HistoryQuery, PageQuery};

/// One endpoint of the registry with everything its path and query say.
///
/// `HEAD` is routed as `GET`. The names end-1 to end-14 are those of the distribution specification ("Endpoints").
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // Whoever matches on it wants to learn of a new endpoint.
pub enum Route {
    /// end-1: is this a registry?
    Base,
    /// end-2: reads a blob.
    BlobRead {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-3: reads a manifest.
    ManifestRead {
        /// The repository.
        name: RepositoryName,
        /// The manifest.
        reference: Reference,
    },
    /// end-4a and end-4c: begins an upload.
    UploadStart {
        /// The repository.
        name: RepositoryName,
        /// The algorithm of the digest that the upload will end with, where the client said so.
        algorithm: Option<Algorithm>,
    },
    /// end-4b: uploads a blob in one request.
    BlobPut {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-5: adds a chunk to an upload.
    UploadAppend {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// end-6: ends an upload.
    UploadFinish {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
        /// The digest of the whole blob.
        digest: Digest,
    },
    /// end-7a and end-7b: pushes a manifest.
    ManifestPut {
        /// The repository.
        name: RepositoryName,
        /// The tag or digest to push it under.
        reference: Reference,
        /// Further tags; only together with a digest.
        tags: Vec<Tag>,
    },
    /// end-8a and end-8b: lists the tags.
    TagList {
        /// The repository.
        name: RepositoryName,
        /// Which part of the list.
        page: PageQuery,
    },
    /// end-9: deletes a tag, or a manifest with all its tags.
    ManifestDelete {
        /// The repository.
        name: RepositoryName,
        /// The tag or the manifest.
        reference: Reference,
    },
    /// end-10: deletes a blob.
    BlobDelete {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-11: mounts a blob of another repository, or begins an upload where that cannot be done.
    BlobMount {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
        /// Where to look for it.
        from: MountFrom,
    },
    /// end-12a and end-12b: lists what refers to a manifest.
    Referrers {
        /// The repository.
        name: RepositoryName,
        /// The manifest that is referred to; it need not exist, and its algorithm need not be known.
        subject: AnyDigest,
        /// Only referrers of this type.
        artifact_type: Option<MediaType>,
        /// Which part of the list.
        page: PageQuery,
    },
    /// end-13: how far is an upload?
    UploadStatus {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// end-14: cancels an upload.
    UploadCancel {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// Lists the repositories (`/v2/_catalog`).
    Catalog {
        /// Which part of the list.
        page: PageQuery,
    },
    /// Reads what was measured (`/metrics`).
    Metrics,
    /// Lists the extensions of the registry or of one repository (`_oci/ext/discover`).
    Discover {
        /// The repository; absent for the registry as a whole.
        name: Option<RepositoryName>,
    },
    /// Reads the log of events, of the registry or of one repository (`_registry/events/log`).
    EventLog {
        /// The repository; absent for the registry as a whole.
        name: Option<RepositoryName>,
        /// Which part of the log.
        query: EventQuery,
    },
    /// How the webhooks are doing (`/v2/_registry/webhooks/status`).
    WebhookStatus,
    /// Lists what a tag pointed to (`_registry/tags/history`).
    TagHistory {
        /// The repository.
        name: RepositoryName,
        /// The tag.
        tag: Tag,
        /// Which part of the history.
        query: HistoryQuery,
    },
    /// Sets a tag back (`_registry/tags/restore`).
    TagRestore {
        /// The repository.
        name: RepositoryName,
    },
    /// Whether there is a search (`/v1/_ping`).
    SearchPing,
    /// Searches the repositories by name (`/v1/search`).
    Search {
        /// What the name must contain.
        term: String,
        /// How many results a page has, where the client said so.
        n: Option<usize>,
        /// Which page, beginning with 1.
        page: usize,
    },
}

/// Where a blob to mount is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum MountFrom {
    /// In this repository.
    Repository(RepositoryName),
    /// In every repository that the caller may read (`from` is absent).
    Anywhere,
    /// Nowhere: `from` is no repository name, so there is nothing to mount from.
    Nowhere,
}

/// The endpoint that a request means.
///
/// `path` begins with a slash and is still percent-encoded, as is `query`, which comes without its question mark.
///
/// # Errors
/// See [`RouteError`].
///
/// ```
/// use http::Method;
/// use registry_server::route::{self, Route};
///
/// let route = route::parse(&Method::GET, "/v2/a/blobs/uploads/tags/list", Some("n=10")).unwrap();
/// let Route::TagList { name, page } = route else { panic!("{route:?}") };
/// assert_eq!((name.as_str(), page.n), ("a/blobs/uploads", Some(10)));
/// ```
pub fn parse(method: &Method, path: &str, query: Option<&str>) -> Result<Route, RouteError> {
    let decoded = path::decode(path);
    let place = path::Place::of(&decoded).ok_or(RouteError::NotFound)?;
    verb::apply(method, &place, query::Query::new(query))
}
