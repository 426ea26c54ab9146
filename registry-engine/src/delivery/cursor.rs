//! How far an endpoint is, as it is kept.

use bytes::Bytes;
use registry_core::Actor;
use registry_storage::{Change, Commit, Error as Storage, Require};

use crate::{Error, Registry, Result};

/// The kind of the documents, whose keys are the names of the endpoints.
const KIND: &str = "registry.delivery";

/// A number in the metadata: everything up to it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) after: u64,
    /// The version of its document; absent when there is none.
    version: Option<u64>,
}

impl Cursor {
    /// The cursor as it is kept, if it is.
    pub(super) async fn load(registry: &Registry, name: &str) -> Result<Option<Self>> {
        let Some(document) = registry.inner.metadata.document(KIND, name).await? else { return Ok(None) };
        let text = std::str::from_utf8(&document.value).ok();
        let after = text.and_then(|text| text.parse().ok()).ok_or_else(|| Error::Internal {
            context: "read how far deliveries are",
            source: "the document is no number".into(),
        })?;
        Ok(Some(Self { after, version: Some(document.version) }))
    }

    /// How far the log was read at least: the note itself is an event, which nobody is told of.
    pub(super) fn position(&self) -> u64 {
        self.version.filter(|version| *version == self.after + 1).unwrap_or(self.after)
    }

    /// A cursor that is not kept yet.
    pub(super) const fn new(after: u64) -> Self {
        Self { after, version: None }
    }

    /// Keeps the cursor at this number, as long as the fence holds.
    pub(super) async fn save(
        self,
        registry: &Registry,
        name: &str,
        after: u64,
        fence: Option<&Require>,
    ) -> Result<Saved> {
        let (kind, key) = (KIND.to_owned(), name.to_owned());
        let require = Require::Document { kind: kind.clone(), key: key.clone(), version: self.version };
        let value = Bytes::from(after.to_string());
        let mut commit = Commit::new(Actor::system(), registry.now())
            .require(require)
            .change(Change::PutDocument { kind, key, value });
        commit.requires.extend(fence.cloned());
        match registry.inner.commit(commit).await {
            Ok(committed) => {
                let version = committed.events.last().map(|event| event.seq);
                Ok(Saved::Kept(Self { after, version }))
            }
            Err(Storage::Conflict { index: 0 }) => Ok(Saved::Moved),
            Err(Storage::Conflict { .. }) => Ok(Saved::FencedOut),
            Err(error) => Err(error.into()),
        }
    }
}

/// What became of a cursor that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saved {
    /// It is.
    Kept(Cursor),
    /// Somebody else has moved it; nothing was written.
    Moved,
    /// Somebody else does the deliveries now; nothing was written.
    FencedOut,
}
