//! Metadata: which repository has what, what tags point to, and what happened.

mod bounds;
#[cfg(feature = "cache")]
mod cached;
mod commit;
mod journal;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod key;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod upload;

#[cfg(feature = "cache")]
pub use cached::{CacheStats, CachedMetadataStore};
pub use commit::{Change, Commit, Committed, NewManifest, Require};
pub use memory::MemoryMetadataStore;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresMetadataStore, PostgresOptions, PostgresState};
pub use record::{
    Document, JobRecord, LinkedBlob, ManifestRecord, ManifestStat, ReferrerEdge, StoreVersion, StoredBlob,
    TagEntry, TagRecord,
};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteMetadataStore, SqliteOptions};
pub use store::{
    BlobIndex, DocumentIndex, EventLog, JobIndex, ManifestIndex, MetadataStore, RepositoryIndex, TagIndex,
    UploadIndex,
};
pub use upload::{UploadId, UploadRecord};
