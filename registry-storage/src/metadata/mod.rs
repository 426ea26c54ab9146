//! Metadata: which repository has what, what tags point to, and what happened.

mod bounds;
mod commit;
mod journal;
mod memory;
mod record;
mod store;
mod upload;

pub use commit::{Change, Commit, Committed, NewManifest, Require};
pub use memory::MemoryMetadataStore;
pub use record::{
    Document, LinkedBlob, ManifestRecord, ManifestStat, ReferrerEdge, StoredBlob, TagEntry, TagRecord,
};
pub use store::{
    BlobIndex, DocumentIndex, EventLog, ManifestIndex, MetadataStore, RepositoryIndex, TagIndex, UploadIndex,
};
pub use upload::{UploadId, UploadRecord};
