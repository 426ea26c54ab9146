//! Every query, asked of both registries.

use registry_core::{Digest, MediaType, PageRequest, Reference as Target};
use registry_engine::Repository;

use super::reference::Reference;
use super::run::{Engine, told};
use super::template::{CONTENTS, REPOSITORIES, TAGS, TEMPLATES, TYPE_A, absent};
use crate::support::body::collect;
use crate::support::tag;

/// How many entries are asked for at once, where listings are walked through.
const LIMITS: [usize; 3] = [1, 2, 100];

/// Asks both for everything, and fails at the first difference.
pub(super) async fn compare(engine: &Engine, reference: &Reference) {
    let seen = engine.seen.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(engine.news().await, reference.log[seen..], "the log");
    let existing: Vec<_> = REPOSITORIES.iter().filter(|name| reference.exists(name)).collect();
    let mut sorted: Vec<_> = existing.iter().map(ToString::to_string).collect();
    sorted.sort_unstable();
    walk(&sorted, "the catalog", async |page| {
        let page = engine.registry.catalog(&page).await.unwrap();
        (page.items.iter().map(ToString::to_string).collect(), page.more)
    })
    .await;
    for (index, name) in REPOSITORIES.iter().enumerate() {
        let repository = engine.repository(index);
        assert_eq!(repository.exists().await.unwrap(), reference.exists(name), "{name}");
        compare_sessions(engine, reference, name, &repository).await;
        compare_blobs(reference, name, &repository).await;
        compare_manifests(reference, name, &repository).await;
        compare_tags(reference, name, &repository).await;
        compare_referrers(reference, name, &repository).await;
    }
}

/// Walks through a listing with several page sizes. Entries are told by words whose first is their position.
async fn walk(expected: &[String], what: &str, ask: impl AsyncFn(PageRequest) -> (Vec<String>, bool)) {
    for limit in LIMITS {
        let mut seen: Vec<String> = Vec::new();
        let mut request = PageRequest::first(limit);
        loop {
            let (items, more) = ask(request).await;
            assert!(items.len() <= limit, "{what} by {limit}");
            seen.extend(items);
            assert_eq!(more, seen.len() < expected.len(), "{what} by {limit}: {seen:?} of {expected:?}");
            if !more {
                break;
            }
            let last = seen.last().unwrap().split(' ').next().unwrap();
            request = PageRequest::after(last, limit);
        }
        assert_eq!(seen, expected, "{what} by {limit}");
    }
    let (none, more) = ask(PageRequest::first(0)).await;
    assert_eq!((none.len(), more), (0, false), "{what} by 0");
}

async fn compare_sessions(engine: &Engine, reference: &Reference, name: &str, repository: &Repository) {
    for session in 0..reference.sessions.len().min(4) {
        let id = engine.session(reference.place_of(session));
        let status = repository.upload_status(&id).await.map(|status| status.offset);
        let expected = reference.session(name, session).map(|session| session.content.len() as u64);
        let expected = expected.ok_or_else(|| "upload unknown".to_owned());
        assert_eq!(status.map_err(|error| told(&error)), expected, "{name} {session}");
    }
}

async fn compare_blobs(reference: &Reference, name: &str, repository: &Repository) {
    let contents = CONTENTS.iter().map(|content| Digest::sha256_of(content));
    for digest in contents.chain(reference.stored.keys().copied()) {
        let expected = reference.stat(name, &digest);
        let stat = repository.stat_blob(&digest).await;
        let stat = stat.map(|stat| format!("{} of {}", stat.digest, stat.size));
        assert_eq!(stat.map_err(|error| told(&error)), expected, "{name} {digest}");
        let read = async {
            let blob = repository.read_blob(&digest).await?;
            blob.read(0..blob.size()).await
        };
        match (read.await, expected) {
            (Ok(read), Ok(_)) => assert_eq!(collect(read).await, reference.stored[&digest].content),
            (Err(error), Err(expected)) => assert_eq!(told(&error), expected),
            (read, expected) => panic!("{name} {digest}: {read:?} instead of {expected:?}"),
        }
    }
}

async fn compare_manifests(reference: &Reference, name: &str, repository: &Repository) {
    let held = reference.held(name);
    let digests = TEMPLATES.iter().map(|template| (Target::Digest(template.digest), Some(template.digest)));
    let tags = TAGS.iter().map(|name| (Target::Tag(tag(name)), held.tags.get(name).copied()));
    for (target, digest) in digests.chain(tags) {
        let template = digest
            .filter(|digest| held.manifests.contains_key(digest))
            .and_then(|digest| TEMPLATES.iter().find(|template| template.digest == digest));
        let (record, stat) = (repository.manifest(&target).await, repository.stat_manifest(&target).await);
        match template {
            Some(template) => {
                let (record, stat) = (record.unwrap(), stat.unwrap());
                assert_eq!(record.bytes, template.bytes, "{name} {target}");
                assert_eq!((record.digest, stat.digest), (template.digest, template.digest));
                assert_eq!(stat.size, template.bytes.len() as u64);
                assert_eq!(
                    (&record.media_type, &stat.media_type),
                    (&template.media_type, &template.media_type)
                );
            }
            None => {
                let unknown = if reference.exists(name) { "manifest unknown" } else { "repository unknown" };
                assert_eq!(told(&record.unwrap_err()), unknown, "{name} {target}");
                assert_eq!(told(&stat.unwrap_err()), unknown, "{name} {target}");
            }
        }
    }
}

async fn compare_tags(reference: &Reference, name: &str, repository: &Repository) {
    let held = reference.held(name);
    if reference.exists(name) {
        let tags: Vec<_> = held.tags.keys().cloned().collect();
        walk(&tags, &format!("the tags of {name}"), async |page| {
            let page = repository.tags(&page).await.unwrap();
            (page.items.iter().map(ToString::to_string).collect(), page.more)
        })
        .await;
    } else {
        let error = repository.tags(&PageRequest::first(9)).await.unwrap_err();
        assert_eq!(told(&error), "repository unknown");
    }
    for name in TAGS.iter() {
        let entries = held.history.iter().rev().filter(|entry| entry.tag == *name);
        let expected: Vec<_> =
            entries.map(|e| format!("{} {:?} {:?} {}", e.seq, e.now, e.before, e.cause)).collect();
        walk(&expected, &format!("the history of {name}"), async |page| {
            let before = page.last.as_ref().map(|last| last.parse().unwrap());
            let page = repository.tag_history(&tag(name), before, page.limit).await.unwrap();
            let told = page.items.iter().map(|e| {
                assert_eq!(e.tag.as_str(), name);
                format!("{} {:?} {:?} {}", e.seq, e.digest, e.previous, e.cause.as_str())
            });
            (told.collect(), page.more)
        })
        .await;
    }
}

async fn compare_referrers(reference: &Reference, name: &str, repository: &Repository) {
    let config = MediaType::OCI_CONFIG;
    for subject in [TEMPLATES[0].digest, TEMPLATES[7].digest, absent(), Digest::sha256_of(b"")] {
        for kind in [None, Some(TYPE_A), Some(config.as_str())] {
            let expected: Vec<_> = reference
                .referrers(name, &subject, kind)
                .into_iter()
                .map(|t| {
                    let size = t.bytes.len();
                    format!("{} {} {size} {:?} {:?}", t.digest, t.media_type, t.artifact_type, t.note)
                })
                .collect();
            let kind: Option<MediaType> = kind.map(|kind| kind.parse().unwrap());
            walk(&expected, &format!("the referrers of {subject} in {name}"), async |page| {
                let page = repository.referrers(&subject, kind.as_ref(), &page).await.unwrap();
                let told = page.items.iter().map(|d| {
                    let kind = d.artifact_type.as_ref().map(MediaType::as_str);
                    let note = d.annotations.get("note");
                    format!("{} {} {} {kind:?} {note:?}", d.digest, d.media_type, d.size)
                });
                (told.collect(), page.more)
            })
            .await;
        }
    }
}
