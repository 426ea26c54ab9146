//! What routes are called in measurements and logs.

use registry_core::RepositoryName;

use super::Route;

impl Route {
    /// The kind of endpoint, for measurements and logs: a handful of words that no request can add to. Those of
    /// CNCF distribution where it has one.
    #[must_use]
    pub const fn handler(&self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::BlobRead { .. } | Self::BlobDelete { .. } => "blob",
            Self::UploadStart { .. } | Self::BlobPut { .. } | Self::BlobMount { .. } => "blob_upload",
            Self::UploadAppend { .. }
            | Self::UploadFinish { .. }
            | Self::UploadStatus { .. }
            | Self::UploadCancel { .. } => "blob_upload_chunk",
            Self::ManifestRead { .. } | Self::ManifestPut { .. } | Self::ManifestDelete { .. } => "manifest",
            Self::TagList { .. } => "tags",
            Self::Catalog { .. } => "catalog",
            Self::Referrers { .. } => "referrers",
            Self::Discover { .. } => "discover",
            Self::EventLog { .. } => "events",
            Self::WebhookStatus => "webhooks",
            Self::TagHistory { .. } => "tag_history",
            Self::TagRestore { .. } => "tag_restore",
            Self::Metrics => "metrics",
            Self::SearchPing | Self::Search { .. } => "search",
        }
    }

    /// The repository that the request is about; absent for what is about none or about several.
    #[must_use]
    pub const fn repository(&self) -> Option<&RepositoryName> {
        match self {
            Self::BlobRead { name, .. }
            | Self::BlobDelete { name, .. }
            | Self::UploadStart { name, .. }
            | Self::BlobPut { name, .. }
            | Self::BlobMount { name, .. }
            | Self::UploadAppend { name, .. }
            | Self::UploadFinish { name, .. }
            | Self::UploadStatus { name, .. }
            | Self::UploadCancel { name, .. }
            | Self::ManifestRead { name, .. }
            | Self::ManifestPut { name, .. }
            | Self::ManifestDelete { name, .. }
            | Self::TagList { name, .. }
            | Self::TagHistory { name, .. }
            | Self::TagRestore { name }
            | Self::Referrers { name, .. } => Some(name),
            Self::Discover { name } | Self::EventLog { name, .. } => name.as_ref(),
            Self::Base
            | Self::Metrics
            | Self::Catalog { .. }
            | Self::WebhookStatus
            | Self::SearchPing
            | Self::Search { .. } => None,
        }
    }
}
