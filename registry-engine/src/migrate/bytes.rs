//! Blobs on their way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use futures_util::{StreamExt, TryStreamExt, stream};
use registry_core::{Digest, Event, EventKind};
use registry_storage::BoxError;
use registry_storage::metadata::StoredBlob;

use super::Migration;
use crate::blob::take;
use crate::{Error, Result};

/// Blobs that lie at the target and that its metadata does not know yet.
pub(super) type Copies = BTreeMap<Digest, StoredBlob>;

impl Migration {
    /// Copies the blobs that the events link and the target lacks.
    pub(super) async fn copy(&self, events: &[Event]) -> Result<Copies> {
        let linked: BTreeSet<Digest> = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::BlobLinked { digest, .. } => Some(digest),
                _ => None,
            })
            .collect();
        stream::iter(linked)
            .map(|digest| async move { Ok((digest, self.copy_blob(digest).await?)) })
            .buffer_unordered(self.copies)
            .try_filter_map(|(digest, stored)| async move { Ok(stored.map(|stored| (digest, stored))) })
            .try_collect()
            .await
    }

    /// Copies one blob and verifies it, unless the target has it.
    async fn copy_blob(&self, digest: Digest) -> Result<Option<StoredBlob>> {
        if self.target.inner.metadata.stored_blob(&digest).await?.is_some() {
            return Ok(None);
        }
        let corrupt = |source: BoxError| Error::Corrupt { digest, source };
        let Some(stored) = self.source.inner.metadata.stored_blob(&digest).await? else {
            return Err(corrupt("its bytes are nowhere".into()));
        };
        if self.shared {
            return Ok(Some(stored));
        }
        let read = self.source.inner.blobs.read(&stored.location, stored.size, 0..stored.size).await;
        let read = read.map_err(|error| Error::reading(digest, error))?;
        let body = read.map_err(BoxError::from).boxed();
        let store = &*self.target.inner.blobs;
        let (token, size) =
            take(store, &digest, Some(stored.size), body).await.map_err(|error| match error {
                Error::Interrupted { source } => {
                    Error::Internal { context: "read a blob of the source", source }
                }
                error @ (Error::DigestMismatch { .. } | Error::SizeMismatch { .. }) => corrupt(error.into()),
                error => error,
            })?;
        let location = store.commit(&token, size).await?;
        self.copied.blobs.fetch_add(1, Ordering::Relaxed);
        self.copied.bytes.fetch_add(size, Ordering::Relaxed);
        Ok(Some(StoredBlob::new(size, location)))
    }
}
