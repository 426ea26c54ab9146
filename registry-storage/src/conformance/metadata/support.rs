//! Short names for what the checks say often.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use registry_core::{
    Actor, Descriptor, Digest, MediaType, Page, PageRequest, Reference, RepositoryName, Tag, TagCause,
    Timestamp,
};

use crate::metadata::{MetadataStore, NewManifest, ReferrerEdge};
use crate::{Change, Commit, Committed, Error};

pub(super) fn name(text: &str) -> RepositoryName {
    text.parse().expect("a good name")
}

pub(super) fn tag(text: &str) -> Tag {
    text.parse().expect("a good tag")
}

pub(super) fn kind(text: &str) -> MediaType {
    text.parse().expect("a good media type")
}

/// The digest of some content that is not looked at.
pub(super) fn digest(number: u8) -> Digest {
    Digest::from_sha256([number; 32])
}

pub(super) fn time(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub(super) fn actor() -> Actor {
    "tester".parse().expect("a good actor")
}

/// A commit of these changes.
pub(super) fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
    let mut commit = Commit::new(actor(), time(1_000));
    commit.changes.extend(changes);
    commit
}

/// Carries out the changes, which must work.
pub(super) async fn done<S: MetadataStore>(
    store: &S,
    changes: impl IntoIterator<Item = Change> + Send,
) -> Committed {
    let commit = commit(changes);
    store.commit(commit).await.expect("a commit without conditions is carried out")
}

/// The commit must be refused as one that makes no sense.
pub(super) async fn refused<S: MetadataStore>(store: &S, commit: Commit) {
    let last = store.last_event().await.expect("a number");
    let answer = store.commit(commit).await;
    assert!(matches!(answer, Err(Error::Invalid { .. })), "the commit must be invalid: {answer:?}");
    assert_eq!(store.last_event().await.expect("a number"), last, "an invalid commit appended events");
}

pub(super) fn store_blob(digest: Digest, size: u64) -> Change {
    Change::StoreBlob { digest, size, location: format!("at/{digest}/{size}").into() }
}

pub(super) fn link(repository: &RepositoryName, digest: Digest, leased_until: u64) -> Change {
    Change::LinkBlob { repository: repository.clone(), digest, leased_until: time(leased_until) }
}

pub(super) fn unlink(repository: &RepositoryName, digest: Digest) -> Change {
    Change::UnlinkBlob { repository: repository.clone(), digest }
}

/// A manifest that names nothing. Its bytes tell its digest.
pub(super) fn manifest(digest: Digest) -> NewManifest {
    let bytes = Bytes::from(format!("{{\"of\":\"{digest}\"}}"));
    NewManifest::new(digest, MediaType::OCI_MANIFEST, bytes, time(5_000))
}

/// A manifest that refers to `subject`, of an artifact type.
pub(super) fn referring(digest: Digest, subject: Digest, artifact: Option<&str>) -> NewManifest {
    let mut manifest = manifest(digest);
    manifest.referrer = Some(ReferrerEdge::new(subject, described(digest, artifact)));
    manifest
}

/// The descriptor by which [`referring`] is listed.
pub(super) fn described(digest: Digest, artifact: Option<&str>) -> Descriptor {
    let mut descriptor = Descriptor::new(MediaType::OCI_MANIFEST, digest, 17);
    descriptor.artifact_type = artifact.map(kind);
    descriptor.annotations.insert("note".to_owned(), digest.encoded());
    descriptor
}

pub(super) fn put(repository: &RepositoryName, manifest: NewManifest) -> Change {
    Change::PutManifest { repository: repository.clone(), manifest: Box::new(manifest) }
}

pub(super) fn delete(repository: &RepositoryName, digest: Digest) -> Change {
    Change::DeleteManifest { repository: repository.clone(), digest }
}

pub(super) fn set(repository: &RepositoryName, name: &str, digest: Digest) -> Change {
    Change::SetTag { repository: repository.clone(), tag: tag(name), digest, cause: TagCause::Push }
}

pub(super) fn untag(repository: &RepositoryName, name: &str) -> Change {
    Change::DeleteTag { repository: repository.clone(), tag: tag(name), cause: TagCause::Delete }
}

pub(super) fn write(kind: &str, key: &str, value: impl Into<Bytes>) -> Change {
    Change::PutDocument { kind: kind.to_owned(), key: key.to_owned(), value: value.into() }
}

pub(super) fn erase(kind: &str, key: &str) -> Change {
    Change::DeleteDocument { kind: kind.to_owned(), key: key.to_owned() }
}

pub(super) fn by_tag(text: &str) -> Reference {
    Reference::Tag(tag(text))
}

/// Does something over and over in another task, counting from 1, while a check looks on, until both have had their
/// turn many times.
pub(super) async fn meanwhile<S, F, G>(
    store: &Arc<S>,
    each: impl Fn(Arc<S>, u32) -> F + Send + 'static,
    look: impl Fn() -> G + Send + Sync,
) where
    S: MetadataStore,
    F: Future<Output = ()> + Send,
    G: Future<Output = ()> + Send,
{
    let rounds = Arc::new(AtomicU32::new(0));
    let task = tokio::spawn({
        let (store, rounds) = (Arc::clone(store), Arc::clone(&rounds));
        async move {
            while rounds.load(Ordering::Relaxed) != u32::MAX {
                each(Arc::clone(&store), rounds.load(Ordering::Relaxed) + 1).await;
                // Not when it was told to end meanwhile.
                let _ =
                    rounds.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |round| round.checked_add(1));
                tokio::task::yield_now().await;
            }
        }
    });
    let mut looks = 0;
    while (looks < 200 || rounds.load(Ordering::Relaxed) < 100) && !task.is_finished() {
        look().await;
        looks += 1;
        tokio::task::yield_now().await;
    }
    rounds.store(u32::MAX, Ordering::Relaxed);
    task.await.expect("every round works");
}

/// Everything, on one page.
pub(super) fn all() -> PageRequest {
    PageRequest::first(1_000)
}

/// Reads a listing page by page and checks each page; answers all entries.
pub(super) async fn walk<T, F>(
    limit: usize,
    position: impl Fn(&T) -> String + Send + Sync,
    page: impl Fn(PageRequest) -> F + Send + Sync,
) -> Vec<T>
where
    T: Send + Sync,
    F: Future<Output = Page<T>> + Send,
{
    let mut entries: Vec<T> = Vec::new();
    loop {
        let request = match entries.last() {
            None => PageRequest::first(limit),
            Some(last) => PageRequest::after(position(last), limit),
        };
        let found = page(request).await;
        assert!(found.items.len() <= limit, "a page holds more than its limit");
        assert!(!found.more || found.items.len() == limit, "a page that is not full says that more follow");
        let promised = !entries.is_empty();
        assert!(!promised || !found.items.is_empty(), "a page said that more follow, and nothing does");
        let more = found.more;
        entries.extend(found.items);
        assert!(entries.len() < 10_000, "the listing has no end");
        if !more {
            return entries;
        }
    }
}

/// The job is held by this holder, or by nobody.
pub(super) fn put_job(job: &str, holder: Option<&str>) -> Change {
    Change::PutJob { name: job.to_owned(), holder: holder.map(str::to_owned) }
}
