//! The log, carried out once more.

use bytes::Bytes;
use registry_core::{Digest, Event, EventKind, Manifest, RepositoryName, Tag};
use registry_storage::{Change, Commit};

use super::Migration;
use super::bytes::Copies;
use crate::manifest::{Sizes, parsed};
use crate::referrer::is_fallback_tag;
use crate::{Error, Result};

impl Migration {
    /// Makes one commit of the source one of the target, and compares what both wrote into their logs.
    pub(super) async fn replay(&self, events: &[Event], copies: &mut Copies) -> Result<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let mut commit = Commit::new(first.actor.clone(), first.at);
        for event in events {
            commit = match (&event.repository, &event.kind) {
                (Some(repository), EventKind::ManifestPut { digest, .. }) => {
                    self.put_manifest(commit, repository, digest, events).await?
                }
                (Some(repository), kind) => self.in_repository(commit, repository, kind, copies),
                (None, kind) => self.elsewhere(commit, kind).await?,
            };
        }
        let committed = self.target.inner.commit(commit).await?;
        let different = events.iter().zip(&committed.events).find(|(one, other)| one != other);
        match different {
            None if events.len() == committed.events.len() => Ok(()),
            different => {
                let seq = different.map_or(first.seq, |(event, _)| event.seq);
                Err(Error::Diverged { what: format!("event {seq}") })
            }
        }
    }

    fn in_repository(
        &self,
        mut commit: Commit,
        repository: &RepositoryName,
        kind: &EventKind,
        copies: &mut Copies,
    ) -> Commit {
        let repository = repository.clone();
        let change = match kind.clone() {
            EventKind::BlobLinked { digest, .. } => {
                if let Some(stored) = copies.remove(&digest) {
                    let (size, location) = (stored.size, stored.location);
                    commit = commit.change(Change::StoreBlob { digest, size, location });
                }
                let leased_until = self.target.inner.leased_until();
                Change::LinkBlob { repository, digest, leased_until }
            }
            EventKind::BlobUnlinked { digest } => Change::UnlinkBlob { repository, digest },
            EventKind::ManifestDeleted { digest } => Change::DeleteManifest { repository, digest },
            EventKind::TagSet { tag, digest, cause, .. } => Change::SetTag { repository, tag, digest, cause },
            EventKind::TagDeleted { tag, cause, .. } => Change::DeleteTag { repository, tag, cause },
            // What is left does not belong to a repository, and the comparison of the logs finds it.
            _ => return commit,
        };
        commit.change(change)
    }

    /// Documents. Only the newest value of each is kept, so an older version gets it as well, until the log comes to
    /// the newest.
    async fn elsewhere(&self, commit: Commit, kind: &EventKind) -> Result<Commit> {
        Ok(match kind.clone() {
            EventKind::DocumentPut { kind, key, .. } => {
                let document = self.source.inner.metadata.document(&kind, &key).await?;
                let value = document.map_or_else(Bytes::new, |document| document.value);
                commit.change(Change::PutDocument { kind, key, value })
            }
            EventKind::DocumentDeleted { kind, key } => commit.change(Change::DeleteDocument { kind, key }),
            _ => commit,
        })
    }

    async fn put_manifest(
        &self,
        commit: Commit,
        repository: &RepositoryName,
        digest: &Digest,
        events: &[Event],
    ) -> Result<Commit> {
        let record = self.source.inner.metadata.retained_manifest(repository, digest).await?;
        let Some(record) = record else {
            return Err(Error::Corrupt { digest: *digest, source: "its bytes are nowhere".into() });
        };
        let manifest: Manifest = parsed(digest, record)?;
        let target = self.target.repository(repository.clone());
        let mut checked = target.check(&manifest, &put_together(events)).await?;
        if tags_of(events, digest).any(is_fallback_tag) {
            checked = checked.without_hold();
        }
        Ok(target.putting(commit, &manifest, checked))
    }
}

/// The manifests of one commit, with their sizes.
fn put_together(events: &[Event]) -> Sizes {
    let put = |event: &Event| match event.kind {
        EventKind::ManifestPut { digest, size, .. } => Some((digest, size)),
        _ => None,
    };
    events.iter().filter_map(put).collect()
}

/// The tags that the commit sets to the manifest.
fn tags_of<'e>(events: &'e [Event], manifest: &Digest) -> impl Iterator<Item = &'e Tag> {
    events.iter().filter_map(move |event| match &event.kind {
        EventKind::TagSet { tag, digest, .. } if digest == manifest => Some(tag),
        _ => None,
    })
}
