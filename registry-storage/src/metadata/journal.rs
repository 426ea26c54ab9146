//! The events and history entries of one commit, as its changes are carried out.
//!
//! Every store finds out for itself whether a change changes anything; what is written down then is decided here, once
//! for all stores.

use registry_core::{Digest, Event, EventKind, MediaType, RepositoryName, Tag, TagCause};

use super::{Commit, NewManifest, TagEntry};

/// Counts on from the newest event of the log.
pub(super) struct Journal<'a> {
    commit: &'a Commit,
    last: u64,
    events: Vec<Event>,
}

impl<'a> Journal<'a> {
    /// A journal whose first event gets the number after `last`.
    pub(super) const fn new(commit: &'a Commit, last: u64) -> Self {
        Self { commit, last, events: Vec::new() }
    }

    /// The events, in the order in which they came about.
    pub(super) fn into_events(self) -> Vec<Event> {
        self.events
    }

    pub(super) fn blob_linked(&mut self, repository: &RepositoryName, digest: Digest, size: u64) {
        self.append(Some(repository), |_| EventKind::BlobLinked { digest, size });
    }

    pub(super) fn blob_unlinked(&mut self, repository: &RepositoryName, digest: Digest) {
        self.append(Some(repository), |_| EventKind::BlobUnlinked { digest });
    }

    pub(super) fn manifest_put(&mut self, repository: &RepositoryName, manifest: &NewManifest) {
        let digest = manifest.digest;
        let media_type: MediaType = manifest.media_type.clone();
        let size = manifest.bytes.len() as u64;
        let subject = manifest.referrer.as_ref().map(|edge| edge.subject);
        self.append(Some(repository), |_| EventKind::ManifestPut { digest, media_type, size, subject });
    }

    pub(super) fn manifest_deleted(&mut self, repository: &RepositoryName, digest: Digest) {
        self.append(Some(repository), |_| EventKind::ManifestDeleted { digest });
    }

    /// The entry to append to the history of the tag.
    pub(super) fn tag_set(
        &mut self,
        repository: &RepositoryName,
        tag: &Tag,
        digest: Digest,
        previous: Option<Digest>,
        cause: TagCause,
    ) -> TagEntry {
        let kind = EventKind::TagSet { tag: tag.clone(), digest, previous, cause };
        let seq = self.append(Some(repository), |_| kind);
        self.entry(seq, tag, Some(digest), previous, cause)
    }

    /// The entry to append to the history of the tag.
    pub(super) fn tag_deleted(
        &mut self,
        repository: &RepositoryName,
        tag: &Tag,
        previous: Digest,
        cause: TagCause,
    ) -> TagEntry {
        let kind = EventKind::TagDeleted { tag: tag.clone(), previous, cause };
        let seq = self.append(Some(repository), |_| kind);
        self.entry(seq, tag, None, Some(previous), cause)
    }

    /// The new version of the document.
    pub(super) fn document_put(&mut self, kind: &str, key: &str) -> u64 {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.append(None, |seq| EventKind::DocumentPut { kind, key, version: seq })
    }

    pub(super) fn document_deleted(&mut self, kind: &str, key: &str) {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.append(None, |_| EventKind::DocumentDeleted { kind, key });
    }

    fn append(&mut self, repository: Option<&RepositoryName>, kind: impl FnOnce(u64) -> EventKind) -> u64 {
        self.last += 1;
        let event = Event::new(
            self.last,
            self.commit.at,
            self.commit.actor.clone(),
            repository.cloned(),
            kind(self.last),
        );
        self.events.push(event);
        self.last
    }

    fn entry(
        &self,
        seq: u64,
        tag: &Tag,
        digest: Option<Digest>,
        previous: Option<Digest>,
        cause: TagCause,
    ) -> TagEntry {
        TagEntry::new(seq, tag.clone(), digest, previous, self.commit.at, self.commit.actor.clone(), cause)
    }
}
