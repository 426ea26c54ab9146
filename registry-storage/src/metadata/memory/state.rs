//! What is kept, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use registry_core::{Descriptor, Digest, Event, MediaType, RepositoryName, Tag, Timestamp};

use crate::metadata::{Document, JobRecord, StoredBlob, TagEntry, TagRecord, UploadId, UploadRecord};

/// Everything a registry knows.
#[derive(Default)]
pub(super) struct State {
    /// Every blob whose bytes are stored.
    pub(super) stored: BTreeMap<Digest, StoredBlob>,
    /// The bytes of every manifest that is or was readable somewhere.
    pub(super) contents: BTreeMap<Digest, Bytes>,
    /// Everything by repository; a repository that was emptied keeps its history here.
    pub(super) repositories: BTreeMap<RepositoryName, Repository>,
    /// The repositories that exist (M-40).
    pub(super) existing: BTreeSet<RepositoryName>,
    /// For every blob the repositories that link it.
    pub(super) homes: BTreeMap<Digest, BTreeSet<RepositoryName>>,
    pub(super) uploads: BTreeMap<UploadId, UploadRecord>,
    /// How many of them are in each repository that has some.
    pub(super) upload_counts: BTreeMap<RepositoryName, u64>,
    /// By kind, then by key.
    pub(super) documents: BTreeMap<String, BTreeMap<String, Document>>,
    pub(super) jobs: BTreeMap<String, JobRecord>,
    /// The event with the number n lies at n - 1.
    pub(super) events: Vec<Event>,
}

impl State {
    /// The number of the newest event.
    pub(super) fn last_event(&self) -> u64 {
        self.events.len() as u64
    }

    /// The repository to change, which comes to be when it was never heard of.
    pub(super) fn repository_mut(&mut self, name: &RepositoryName) -> &mut Repository {
        self.repositories.entry(name.clone()).or_default()
    }

    /// Keeps the list of existing repositories true after a change to this one.
    pub(super) fn settle(&mut self, name: &RepositoryName) {
        if self.repositories.get(name).is_some_and(Repository::exists) {
            self.existing.insert(name.clone());
        } else {
            self.existing.remove(name);
        }
    }
}

/// Everything of one repository.
#[derive(Default)]
pub(super) struct Repository {
    /// The linked blobs, with the ends of their leases.
    pub(super) blobs: BTreeMap<Digest, Timestamp>,
    /// The readable manifests.
    pub(super) manifests: BTreeMap<Digest, Manifest>,
    /// The media types of manifests that were readable once.
    pub(super) retained: BTreeMap<Digest, MediaType>,
    pub(super) tags: BTreeMap<Tag, TagRecord>,
    /// Oldest first.
    pub(super) history: BTreeMap<Tag, Vec<TagEntry>>,
    /// By subject, then by the digest of the manifest that refers to it.
    pub(super) referrers: BTreeMap<Digest, BTreeMap<Digest, Descriptor>>,
    /// What is named, how, and by which readable manifest.
    pub(super) uses: BTreeSet<(Digest, Use, Digest)>,
}

impl Repository {
    fn exists(&self) -> bool {
        !self.blobs.is_empty() || !self.manifests.is_empty()
    }

    /// Whether a readable manifest names the digest in this way, or in one that comes after it.
    pub(super) fn is_used(&self, digest: Digest, from: Use) -> bool {
        const LOWEST: Digest = Digest::from_blake3([0; 32]);
        self.uses.range((digest, from, LOWEST)..).next().is_some_and(|(target, ..)| *target == digest)
    }
}

/// How a manifest names other content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// As configuration or layer.
    Blob,
    /// As child.
    Child,
}

/// A readable manifest.
pub(super) struct Manifest {
    pub(super) media_type: MediaType,
    pub(super) size: u64,
    /// Whatever it names.
    pub(super) uses: Vec<(Digest, Use)>,
    pub(super) subject: Option<Digest>,
    pub(super) leased_until: Timestamp,
    /// The tags that point to it.
    pub(super) tags: BTreeSet<Tag>,
}
