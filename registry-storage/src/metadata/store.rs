//! The traits of everything that keeps metadata: one to write, and one to read for each noun.

use std::fmt::Debug;

use async_trait::async_trait;
use registry_core::{
    Descriptor, Digest, Event, MediaType, Page, PageRequest, Reference, RepositoryName, Tag,
};

use super::{
    Commit, Committed, Document, JobRecord, LinkedBlob, ManifestRecord, ManifestStat, StoreVersion,
    StoredBlob, TagEntry, TagRecord, UploadId, UploadRecord,
};
use crate::Result;

/// Keeps the metadata of a registry: one atomic [`commit`](Self::commit), and queries by noun.
///
/// A store applies what it is told and enforces no rule of a registry beyond the conditions of a commit; the rules
/// live above. What it keeps, it keeps durably: a commit that was answered survives a crash of process and machine
/// (the memory store apart, which survives nothing).
///
/// # Contract
/// Every backend keeps these and the bullets of the index traits; `metadata_store_conformance!` (feature
/// `conformance`) has one test for each.
///
/// - **M-1** A commit is visible whole or not at all, also to readers in other threads.
/// - **M-2** If a condition does not hold, nothing changes, and the error names the first such condition.
/// - **M-3** Conditions see the state before the first change; changes see those before them.
/// - **M-4** Of concurrent commits whose conditions exclude each other exactly one is carried out.
/// - **M-5** Events get numbers from 1 without gaps, in the order in which commits become visible: a reader that saw
///   number n sees every smaller one from then on. A commit's events are neighbours, in the order of its changes.
/// - **M-6** A refused or failed commit uses up no number.
/// - **M-7** Every query sees all commits that were answered before it began.
/// - **M-8** A commit answers exactly the events it appended to the log.
/// - **M-9** Another instance on the same backend answers the same, and so does the store when it is opened again.
///
/// And of all indexes:
///
/// - **M-80** Sizes, offsets and times of a commit are below 2^63; one with a larger number is
///   [`Error::Invalid`](crate::Error::Invalid) and changes nothing. Positions and limits of queries may be any number.
/// - **M-81** No page holds more than its limit, and [`Page::more`] tells exactly whether entries follow behind its
///   last; an empty page never says so.
/// - **M-82** A commit whose future is dropped is carried out whole or not at all.
///
/// # Cancel safety
/// A dropped `commit` is carried out whole or not at all. A dropped query changes nothing.
#[async_trait]
pub trait MetadataStore:
    BlobIndex
    + ManifestIndex
    + TagIndex
    + RepositoryIndex
    + UploadIndex
    + EventLog
    + DocumentIndex
    + JobIndex
    + Debug
    + Send
    + Sync
    + 'static
{
    /// Carries out all changes, or none.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) when a condition does not hold,
    /// [`Error::Invalid`](crate::Error::Invalid) when a change makes no sense (M-15, M-36, M-80),
    /// [`Error::Full`](crate::Error::Full) when there is no space; nothing has changed in any of these cases.
    ///
    /// After another error, such as [`Error::Unavailable`](crate::Error::Unavailable) from a disk that failed at the
    /// very end or a connection that was lost, the commit may have been carried out: read again before trying again.
    ///
    /// # Cancel safety
    /// See M-82.
    async fn commit(&self, commit: Commit) -> Result<Committed>;
}

/// Which blobs are stored, and which repositories may read them.
///
/// - **M-10** A blob is readable in a repository if it is linked there and its bytes are stored; being stored alone
///   makes it readable nowhere.
/// - **M-11** `StoreBlob` on a digest that is stored replaces its size and location for all repositories.
/// - **M-12** Leases never move earlier; `RenewLease` on a blob that is not linked does nothing.
/// - **M-13** `blob_sizes` answers in the order of the question, duplicates included.
/// - **M-14** Unlinking in one repository leaves the others as they are.
/// - **M-15** `LinkBlob` of a digest that is not stored by then is [`Error::Invalid`](crate::Error::Invalid), and the
///   whole commit changes nothing.
/// - **M-16** `blob_repositories` lists exactly the repositories in which the blob is readable, in byte order.
/// - **M-17** `readable_blob` answers as `blob` does. Only where `StoreBlob` gave a digest another location it may answer
///   the former one, until that digest is linked where it was not, or unlinked, in the same commit or in a later one.
#[async_trait]
pub trait BlobIndex: Send + Sync {
    /// The blob, if it is readable in the repository.
    ///
    /// # Errors
    /// When the backend fails.
    async fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<LinkedBlob>>;

    /// Where the blob lies, if it is readable in the repository; for whoever reads it and needs no lease. See M-17.
    ///
    /// # Errors
    /// When the backend fails.
    async fn readable_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>> {
        let blob = self.blob(repository, digest).await?;
        Ok(blob.map(|blob| StoredBlob::new(blob.size, blob.location)))
    }

    /// For each digest the size of the blob, if it is readable in the repository.
    ///
    /// # Errors
    /// When the backend fails.
    async fn blob_sizes(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Vec<Option<u64>>>;

    /// The blob, if its bytes are stored, whoever may read it.
    ///
    /// # Errors
    /// When the backend fails.
    async fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>>;

    /// The repositories in which the blob is readable, in byte order; `last` of the request is any text.
    ///
    /// # Errors
    /// When the backend fails.
    async fn blob_repositories(&self, digest: &Digest, page: &PageRequest) -> Result<Page<RepositoryName>>;
}

/// Which manifests a repository has.
///
/// - **M-20** A manifest is answered with the exact bytes and the media type of its newest `PutManifest` in that
///   repository.
/// - **M-21** A manifest in one repository is not seen in another.
/// - **M-22** By tag, the answer is the manifest that the tag points to in the same instant.
/// - **M-23** `DeleteManifest` removes the manifest, all tags that point to it, and its edges together; the bytes stay
///   for `retained_manifest`.
/// - **M-24** `referrers` lists exactly the readable manifests whose subject this is, ordered by digest, with the
///   descriptor they were put with, whether or not the subject exists.
/// - **M-25** With an artifact type, `referrers` lists only those of that type, and pages hold up to `limit` of them.
/// - **M-26** `manifest_sizes` answers in the order of the question, duplicates included.
/// - **M-27** A manifest that is put again has the edges of its newest `PutManifest` only, and keeps its tags.
#[async_trait]
pub trait ManifestIndex: Send + Sync {
    /// The manifest, if it is readable in the repository.
    ///
    /// # Errors
    /// When the backend fails.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestRecord>>;

    /// The manifest without its bytes, if it is readable in the repository.
    ///
    /// # Errors
    /// When the backend fails.
    async fn manifest_stat(
        &self,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<ManifestStat>>;

    /// For each digest the size of the manifest, if it is readable in the repository.
    ///
    /// # Errors
    /// When the backend fails.
    async fn manifest_sizes(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<Option<u64>>>;

    /// The manifest, if it is or once was readable in the repository and its bytes are still kept.
    ///
    /// # Errors
    /// When the backend fails.
    async fn retained_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ManifestRecord>>;

    /// The manifests that refer to `subject`, ordered by digest; `last` of the request is a digest's text.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when `last` is no digest; when the backend fails.
    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        page: &PageRequest,
    ) -> Result<Page<Descriptor>>;
}

/// What tags point to, and ever pointed to.
///
/// - **M-30** A tag is its newest history entry: readable if that has a digest.
/// - **M-31** History is only appended to: entries are never changed or removed, also when the tag, the manifest or
///   the last content of the repository goes.
/// - **M-32** Setting a tag to what it points to already appends nothing.
/// - **M-33** Entries tell the digest before, the actor, the time and the cause, and have the number of their event.
/// - **M-34** `tags` lists exactly the readable tags in byte order; a page costs what it holds, however many tags
///   and however much history there are.
/// - **M-35** `tag_history` lists newest first.
/// - **M-36** `SetTag` to a manifest that is not readable in the repository by then is
///   [`Error::Invalid`](crate::Error::Invalid), and the whole commit changes nothing. So no tag ever points to nothing.
#[async_trait]
pub trait TagIndex: Send + Sync {
    /// What the tag points to.
    ///
    /// # Errors
    /// When the backend fails.
    async fn tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<TagRecord>>;

    /// The tags in byte order; `last` of the request is any text.
    ///
    /// # Errors
    /// When the backend fails.
    async fn tags(&self, repository: &RepositoryName, page: &PageRequest) -> Result<Page<Tag>>;

    /// The history of a tag, newest first: at most `limit` entries with numbers below `before`, or from the newest.
    ///
    /// # Errors
    /// When the backend fails.
    async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<TagEntry>>;
}

/// Which repositories there are.
///
/// - **M-40** A repository exists exactly while a manifest is readable in it or a blob is linked in it.
/// - **M-41** `repositories` lists them in byte order, names that are prefixes of others included; a page costs what
///   it holds.
#[async_trait]
pub trait RepositoryIndex: Send + Sync {
    /// Whether the repository exists.
    ///
    /// # Errors
    /// When the backend fails.
    async fn repository_exists(&self, repository: &RepositoryName) -> Result<bool>;

    /// The repositories in byte order; `last` of the request is any text.
    ///
    /// # Errors
    /// When the backend fails.
    async fn repositories(&self, page: &PageRequest) -> Result<Page<RepositoryName>>;
}

/// Which uploads are in progress.
///
/// - **M-50** A record is answered as it was put, with its version: 1 after the first write, one more after each. A
///   record that was deleted and put again begins at 1.
/// - **M-51** `uploads` lists them in the order of their ids.
/// - **M-52** `upload_count` tells how many records there are, in one repository or in all, at the same cost however
///   many there are.
#[async_trait]
pub trait UploadIndex: Send + Sync {
    /// The record of the upload.
    ///
    /// # Errors
    /// When the backend fails.
    async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>>;

    /// The records in the order of their ids; `last` of the request is an id's text.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when `last` is no id; when the backend fails.
    async fn uploads(&self, page: &PageRequest) -> Result<Page<UploadRecord>>;

    /// How many records there are in the repository, or in all repositories together.
    ///
    /// # Errors
    /// When the backend fails.
    async fn upload_count(&self, repository: Option<&RepositoryName>) -> Result<u64>;
}

/// What happened.
///
/// - **M-60** `events` answers what follows a number, in order, without gaps, at most `limit`.
/// - **M-61** Every change appends exactly the events that [`Change`](super::Change) tells of it, with the actor and
///   the time of its commit.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// At most `limit` events with numbers above `after`, in order; 0 is before the first.
    ///
    /// # Errors
    /// When the backend fails.
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>>;

    /// The same for whoever would rather do without than wait: nothing when it cannot be told at once what follows,
    /// since a commit under way has no number yet. What was answered before is in it, as in `events`.
    ///
    /// # Errors
    /// When the backend fails.
    async fn events_at_hand(&self, after: u64, limit: usize) -> Result<Option<Vec<Event>>> {
        self.events(after, limit).await.map(Some)
    }

    /// What is stored, in words that are compared; see [`StoreVersion`]. By default nothing is told, so that who wants to
    /// know whether something was committed looks for events.
    ///
    /// # Errors
    /// When the backend fails.
    async fn version(&self) -> Result<StoreVersion> {
        Ok(StoreVersion::default())
    }

    /// The number of the newest event; 0 when there is none.
    ///
    /// # Errors
    /// When the backend fails.
    async fn last_event(&self) -> Result<u64>;

    /// Waits until the store is told that there are events with numbers above `after`, by whomever they were written.
    ///
    /// It may be late, or never come, as when the way by which the store is told is cut off; so whoever waits also looks
    /// from time to time. A store that is never told, as by default, waits for ever.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    async fn news(&self, after: u64) {
        let _ = after;
        std::future::pending::<()>().await;
    }
}

/// What later layers keep: bytes by kind and key.
///
/// - **M-70** A document is answered as it was put; its version is the number of the event that wrote it.
/// - **M-71** `documents` lists one kind in byte order of the keys, only those that begin with the prefix.
/// - **M-72** Writing and removing a document are in the log, in the same commit as all else.
#[async_trait]
pub trait DocumentIndex: Send + Sync {
    /// The document.
    ///
    /// # Errors
    /// When the backend fails.
    async fn document(&self, kind: &str, key: &str) -> Result<Option<Document>>;

    /// The documents of a kind whose keys begin with `prefix`, by key; `last` of the request is any text.
    ///
    /// # Errors
    /// When the backend fails.
    async fn documents(&self, kind: &str, prefix: &str, page: &PageRequest) -> Result<Page<Document>>;
}

/// Who does the jobs that one process does at a time.
///
/// The store knows no time and judges nobody: a holder says again and again that it still holds its job, and whoever
/// has seen the record unchanged for long enough, by a clock of its own, takes it over by a commit whose condition is
/// that record. What a holder writes has its term for a condition, so that one who was replaced changes nothing more.
///
/// - **M-90** A job is answered as the newest `PutJob` of its name left it: a first holder begins term 1; the same
///   holder again raises the beat; another one, or none, raises the term and begins with beat 0. A job that was never
///   put has no holder, term 0 and beat 0.
/// - **M-91** `Require::Job` holds for the term, and the beat where there is one, that the job has, and for no other.
///   So of many who would take what they saw exactly one does, and no commit of a former term is carried out.
/// - **M-92** Jobs are not in the log: putting them appends no event, and has no number.
#[async_trait]
pub trait JobIndex: Send + Sync {
    /// The record of the job.
    ///
    /// # Errors
    /// When the backend fails.
    async fn job(&self, name: &str) -> Result<JobRecord>;
}
