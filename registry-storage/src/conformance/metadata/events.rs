//! The event log.

use std::sync::Arc;

use registry_core::{Event, EventKind, MediaType, RepositoryName, TagCause};

use super::support::{
    actor, commit, delete, digest, done, erase, link, manifest, name, put, referring, set, store_blob, tag,
    time, unlink, untag, write,
};
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};
use crate::{Change, Error, Require};

/// M-5: while many write, a reader of the log never sees a gap, and a commit's events are neighbours.
pub async fn m_05_events_have_no_gaps_and_keep_together<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let writers: Vec<_> = (0..8).map(|writer| tokio::spawn(write_pairs(Arc::clone(store), writer))).collect();
    let mut seen = 0;
    loop {
        let finished = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let last = store.last_event().await.expect("a number");
        let next = store.events(seen, 1_000).await.expect("events");
        let numbers: Vec<u64> = next.iter().map(|event| event.seq).collect();
        let expected: Vec<u64> = (seen + 1..=seen + next.len() as u64).collect();
        assert_eq!(numbers, expected, "there is a gap behind {seen}");
        seen += next.len() as u64;
        assert!(seen >= last, "the newest number was {last}, and the log ended at {seen}");
        if finished {
            break;
        }
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.expect("the writer is done");
    }
    let log = store.events(0, 1_000).await.expect("events");
    assert_eq!(log.len(), 160);
    for pair in log.chunks(2) {
        assert_eq!(key_of(&pair[0]).strip_suffix(".1"), key_of(&pair[1]).strip_suffix(".2"), "{pair:?}");
    }
}

async fn write_pairs<S: MetadataStore>(store: Arc<S>, writer: u32) {
    for round in 0..10 {
        let key = |part| format!("{writer}.{round}.{part}");
        let pair = [write("kind", &key(1), ""), write("kind", &key(2), "")];
        let answer = store.commit(commit(pair)).await.expect("the commit is carried out");
        let numbers: Vec<u64> = answer.events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, [numbers[0], numbers[0] + 1], "a commit's events are neighbours");
    }
}

fn key_of(event: &Event) -> &str {
    match &event.kind {
        EventKind::DocumentPut { key, .. } => key,
        other => panic!("only documents were written: {other:?}"),
    }
}

/// M-6: neither a conflict nor a commit that makes no sense uses up a number.
pub async fn m_06_a_refused_commit_uses_no_number<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let conflict = commit([write("kind", "key", "")]).require(Require::Upload {
        id: "00000000000000000000000000000001".parse().expect("an id"),
        version: Some(1),
    });
    assert!(matches!(store.commit(conflict).await, Err(Error::Conflict { index: 0 })));
    let senseless = commit([write("kind", "key", ""), link(&name("here"), digest(1), 1)]);
    assert!(matches!(store.commit(senseless).await, Err(Error::Invalid { .. })));
    assert_eq!(done(store, []).await.events, [], "no change, no event");
    let first = done(store, [write("kind", "key", "")]).await.events;
    assert_eq!(first.iter().map(|event| event.seq).collect::<Vec<_>>(), [1]);
}

/// M-8: what a commit answers is what the log then holds.
pub async fn m_08_a_commit_answers_its_events<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, mut before) = (name("here"), 0);
    let rounds = [
        vec![store_blob(digest(1), 5), link(&here, digest(1), 9), put(&here, manifest(digest(2)))],
        vec![set(&here, "b", digest(2)), set(&here, "a", digest(2)), write("kind", "key", "")],
        vec![delete(&here, digest(2)), unlink(&here, digest(1)), erase("kind", "key")],
        vec![erase("kind", "key")],
    ];
    for (changes, count) in rounds.into_iter().zip([2, 3, 5, 0]) {
        let answered = done(store, changes).await.events;
        assert_eq!(answered.len(), count, "{answered:?}");
        assert_eq!(store.events(before, 100).await.expect("events"), answered);
        before += count as u64;
    }
}

/// M-60: `events` answers what follows a number, in order, at most `limit`.
pub async fn m_60_events_follow_a_number<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    assert_eq!(store.last_event().await.expect("a number"), 0, "an empty log");
    assert_eq!(store.events(0, 10).await.expect("events"), []);
    for number in 0..5 {
        done(store, [write("kind", &number.to_string(), "")]).await;
    }
    assert_eq!(store.last_event().await.expect("a number"), 5);
    for (after, limit, expected) in
        [(0, 10, vec![1, 2, 3, 4, 5]), (0, 2, vec![1, 2]), (3, 1, vec![4]), (4, 9, vec![5])]
    {
        let found = store.events(after, limit).await.expect("events");
        assert_eq!(found.iter().map(|event| event.seq).collect::<Vec<_>>(), expected, "{after} {limit}");
    }
    for (after, limit) in [(5, 10), (0, 0), (u64::MAX, usize::MAX)] {
        assert_eq!(store.events(after, limit).await.expect("events"), [], "{after} {limit}");
    }
    assert_eq!(store.events(0, usize::MAX).await.expect("events").len(), 5);
}

/// M-61: every change appends the events that its documentation tells, with actor, time and repository.
pub async fn m_61_every_change_tells_what_it_did<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let id: UploadId = "00000000000000000000000000000001".parse().expect("an id");
    let upload = UploadRecord::new(id, here.clone(), "t".into(), Default::default(), time(1));
    let renew = Change::RenewLease { repository: here.clone(), digest: digest(1), leased_until: time(99) };
    for change in [
        store_blob(digest(1), 5),
        renew.clone(),
        unlink(&here, digest(1)),
        delete(&here, digest(2)),
        untag(&here, "v1"),
        Change::PutUpload(Box::new(upload)),
        Change::DeleteUpload { id },
        erase("kind", "key"),
    ] {
        assert_eq!(done(store, [change.clone()]).await.events, [], "{change:?} changes nothing of the log");
    }
    let linked = EventKind::BlobLinked { digest: digest(1), size: 5 };
    expect(store, &here, link(&here, digest(1), 9), &[linked]).await;
    expect(store, &here, link(&here, digest(1), 99), &[]).await;
    expect(store, &here, renew, &[]).await;
    manifests_tell(store, &here).await;
    expect(store, &here, unlink(&here, digest(1)), &[EventKind::BlobUnlinked { digest: digest(1) }]).await;
}

async fn manifests_tell<S: MetadataStore>(store: &S, here: &RepositoryName) {
    let manifest = referring(digest(2), digest(9), None);
    let pushed = EventKind::ManifestPut {
        digest: digest(2),
        media_type: MediaType::OCI_MANIFEST,
        size: manifest.bytes.len() as u64,
        subject: Some(digest(9)),
    };
    for _ in 0..2 {
        expect(store, here, put(here, manifest.clone()), std::slice::from_ref(&pushed)).await;
    }
    let (now, cause) = (digest(2), TagCause::Push);
    for text in ["c", "B", "a"] {
        let kind = EventKind::TagSet { tag: tag(text), digest: now, previous: None, cause };
        expect(store, here, set(here, text, now), &[kind]).await;
        expect(store, here, set(here, text, now), &[]).await;
    }
    let gone = EventKind::TagDeleted { tag: tag("c"), previous: now, cause: TagCause::Delete };
    expect(store, here, untag(here, "c"), &[gone]).await;
    let gone =
        |text| EventKind::TagDeleted { tag: tag(text), previous: now, cause: TagCause::ManifestDelete };
    let all = [gone("B"), gone("a"), EventKind::ManifestDeleted { digest: now }];
    expect(store, here, delete(here, now), &all).await;
}

async fn expect<S: MetadataStore>(store: &S, here: &RepositoryName, change: Change, kinds: &[EventKind]) {
    let events = done(store, [change.clone()]).await.events;
    let told: Vec<_> = events.iter().map(|event| event.kind.clone()).collect();
    assert_eq!(told, kinds, "{change:?}");
    for event in events {
        assert_eq!((event.actor, event.at), (actor(), time(1_000)));
        assert_eq!(event.repository.as_ref(), Some(here));
    }
}
