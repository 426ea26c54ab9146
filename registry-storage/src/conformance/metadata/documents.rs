//! Keyed documents.

use registry_core::{EventKind, PageRequest};

use super::support::{actor, all, commit, digest, done, erase, manifest, name, put, time, walk, write};
use crate::conformance::Fixture;
use crate::metadata::{Document, MetadataStore};
use crate::{Error, Require};

/// M-70: a document is answered as it was put; its version is the number of the event that wrote it.
pub async fn m_70_a_document_is_answered_as_it_was_put<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    assert_eq!(store.document("kind", "key").await.expect("an answer"), None);
    let big = vec![7; 100_000];
    for (kind, key, value) in [
        ("kind", "key", b"value".to_vec()),
        ("kind", "", Vec::new()),
        ("", "key", vec![0, 0xff]),
        ("k\u{0}d", "k\u{0}\u{e9}/%_'\"", b"odd".to_vec()),
        ("kind", "key", big),
    ] {
        let seq = done(store, [write(kind, key, value.clone())]).await.events[0].seq;
        let found = store.document(kind, key).await.expect("an answer");
        assert_eq!(found, Some(Document::new(key.to_owned(), seq, value.into())), "{kind:?} {key:?}");
    }
    let first = store.document("kind", "key").await.expect("an answer").expect("it is there").version;
    done(store, [erase("kind", "key")]).await;
    assert_eq!(store.document("kind", "key").await.expect("an answer"), None);
    done(store, [write("kind", "key", "again")]).await;
    let second = store.document("kind", "key").await.expect("an answer").expect("it is there").version;
    assert!(second > first, "a version never comes back");
    let stale = commit([write("kind", "key", "stale")]).require(Require::Document {
        kind: "kind".into(),
        key: "key".into(),
        version: Some(first),
    });
    assert!(matches!(store.commit(stale).await, Err(Error::Conflict { index: 0 })));
}

/// M-71: one kind in byte order of the keys, only those with the prefix, page by page.
pub async fn m_71_documents_are_listed_by_prefix<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let keys = ["b", "a/2", "a/10", "a", "A", "a/", "a0", "a\u{10ffff}", "a\u{e9}", "", "a/gone"];
    done(store, keys.map(|key| write("kind", key, key.to_owned()))).await;
    done(store, [write("kin", "a/x", ""), write("kind2", "a/y", ""), erase("kind", "a/gone")]).await;
    let sorted = ["", "A", "a", "a/", "a/10", "a/2", "a0", "a\u{e9}", "a\u{10ffff}", "b"];
    for prefix in ["", "a", "a/", "a\u{10ffff}", "b", "c", "a/1"] {
        let expected: Vec<_> = sorted.iter().copied().filter(|key| key.starts_with(prefix)).collect();
        for limit in [1, 2, 3, 100] {
            let page =
                async |request: PageRequest| store.documents("kind", prefix, &request).await.expect("a page");
            let found = walk(limit, |document: &Document| document.key.clone(), page).await;
            assert!(found.iter().all(|document| document.value == document.key), "{found:?}");
            let found: Vec<_> = found.iter().map(|document| document.key.as_str()).collect();
            assert_eq!(found, expected, "{prefix:?} {limit}");
        }
    }
    for (last, first) in [("", "a/"), ("a/100", "a/2"), ("b", ""), ("a/2", "")] {
        let page = store.documents("kind", "a/", &PageRequest::after(last, 1)).await.expect("a page");
        assert_eq!(page.items.first().map_or("", |document| document.key.as_str()), first, "behind {last:?}");
    }
}

/// M-72: writing and removing are in the log, in the same commit as all else.
pub async fn m_72_documents_are_in_the_log<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (kind, key) = ("kind".to_owned(), "key".to_owned());
    let changes =
        [write("kind", "key", "1"), put(&name("here"), manifest(digest(1))), write("kind", "key", "2")];
    done(store, changes).await;
    done(store, [erase("kind", "key"), erase("kind", "key"), erase("kind", "never")]).await;
    let log = store.events(0, 100).await.expect("events");
    let written = |version| EventKind::DocumentPut { kind: kind.clone(), key: key.clone(), version };
    assert_eq!(log.len(), 4, "{log:?}");
    assert_eq!((&log[0].kind, &log[2].kind), (&written(1), &written(3)));
    assert_eq!(log[3].kind, EventKind::DocumentDeleted { kind: kind.clone(), key: key.clone() });
    for number in [0, 2, 3] {
        let event = &log[number];
        assert_eq!((&event.actor, event.at, &event.repository), (&actor(), time(1_000), &None));
    }
    assert_eq!(store.documents("kind", "", &all()).await.expect("a page").items, []);
}
