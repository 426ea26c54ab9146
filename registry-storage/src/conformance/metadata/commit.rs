//! Commits: whole or not at all.

use std::sync::Arc;
use std::task::{Context, Waker};

use super::support::{
    actor, all, commit, digest, done, link, manifest, meanwhile, name, put, put_job, refused, set,
    store_blob, tag, time, write,
};
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};
use crate::{Change, Commit, Error, Require};

/// M-1: while two documents are always written together, a reader in another thread never sees two values.
pub async fn m_01_a_commit_is_visible_whole_or_not_at_all<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    done(&**store, [write("pair", "a", "0"), write("pair", "b", "0")]).await;
    let write_both = |store: Arc<S>, round: u32| async move {
        let value = round.to_string();
        done(&*store, [write("pair", "a", value.clone()), write("pair", "b", value)]).await;
    };
    let compare = || async {
        let pair = store.documents("pair", "", &all()).await.expect("a page").items;
        assert_eq!(pair.len(), 2);
        assert_eq!(pair[0].value, pair[1].value, "half of a commit is visible");
    };
    meanwhile(store, write_both, compare).await;
}

/// M-2: the error names the first condition that does not hold, and nothing has changed.
pub async fn m_02_a_refused_commit_changes_nothing<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let (here, one) = (name("here"), digest(1));
    done(&**store, [write("kind", "there", "old")]).await;
    let document = |key: &str, version| Require::Document { kind: "kind".into(), key: key.into(), version };
    let mut refused = commit([
        write("kind", "there", "new"),
        store_blob(one, 3),
        link(&here, one, 9),
        put(&here, manifest(one)),
        set(&here, "v1", one),
    ]);
    refused.requires = vec![document("there", Some(1)), document("there", None), document("other", Some(7))];
    let answer = store.commit(refused).await;
    assert!(
        matches!(answer, Err(Error::Conflict { index: 1 })),
        "the second condition fails first: {answer:?}"
    );
    assert_eq!(store.document("kind", "there").await.expect("an answer").expect("it stays").value, "old");
    assert_eq!(store.stored_blob(&one).await.expect("an answer"), None);
    assert_eq!(store.tag(&here, &tag("v1")).await.expect("an answer"), None);
    assert!(!store.repository_exists(&here).await.expect("an answer"));
    assert_eq!(store.last_event().await.expect("a number"), 1);
}

/// M-2: every kind of condition holds when it should and fails when it should.
pub async fn m_02_every_condition_is_looked_at<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let (here, there) = (name("here"), name("there"));
    let mut image = manifest(digest(1));
    image.blobs = vec![digest(2)];
    let mut index = manifest(digest(3));
    index.children = vec![digest(1)];
    let id: UploadId = "00000000000000000000000000000001".parse().expect("an id");
    let upload = UploadRecord::new(id, here.clone(), "t".into(), Default::default(), time(1));
    let changes = [store_blob(digest(2), 4), link(&here, digest(2), 9), put(&here, image), put(&here, index)];
    done(store, changes).await;
    done(store, [set(&here, "v1", digest(1)), write("kind", "key", "value")]).await;
    done(store, [Change::PutUpload(Box::new(upload)), put_job("job", Some("me"))]).await;
    let version = store.document("kind", "key").await.expect("an answer").expect("it is there").version;

    let tag_is = |repository, is| Require::Tag { repository, tag: tag("v1"), is };
    let has_manifest = |repository, present| Require::Manifest { repository, digest: digest(1), present };
    let has_blob = |repository, present| Require::Blob { repository, digest: digest(2), present };
    let lies = |digest, location| Require::StoredBlob { digest, location };
    let blob_unused = |repository, digest| Require::BlobUnused { repository, digest };
    let manifest_unused = |repository, digest| Require::ManifestUnused { repository, digest };
    let document = |key: &str, version| Require::Document { kind: "kind".into(), key: key.into(), version };
    let job = |term, beat| Require::Job { name: "job".into(), term, beat };
    let room =
        |repository: Option<&str>, below| Require::UploadRoom { repository: repository.map(name), below };
    let location = store.stored_blob(&digest(2)).await.expect("an answer").map(|blob| blob.location);
    let other: UploadId = "00000000000000000000000000000002".parse().expect("an id");
    let pairs = [
        (tag_is(here.clone(), Some(digest(1))), tag_is(here.clone(), Some(digest(2)))),
        (tag_is(there.clone(), None), tag_is(here.clone(), None)),
        (has_manifest(here.clone(), true), has_manifest(here.clone(), false)),
        (has_manifest(there.clone(), false), has_manifest(there.clone(), true)),
        (has_blob(here.clone(), true), has_blob(here.clone(), false)),
        (has_blob(there.clone(), false), has_blob(there.clone(), true)),
        (lies(digest(2), location), lies(digest(2), None)),
        (lies(digest(1), None), lies(digest(2), Some("elsewhere".into()))),
        (blob_unused(there.clone(), digest(2)), blob_unused(here.clone(), digest(2))),
        (blob_unused(here.clone(), digest(3)), blob_unused(here.clone(), digest(1))),
        (manifest_unused(there, digest(1)), manifest_unused(here.clone(), digest(1))),
        (manifest_unused(here.clone(), digest(3)), manifest_unused(here.clone(), digest(1))),
        (manifest_unused(here.clone(), digest(2)), blob_unused(here, digest(2))),
        (Require::Upload { id, version: Some(1) }, Require::Upload { id, version: Some(2) }),
        (Require::Upload { id: other, version: None }, Require::Upload { id, version: None }),
        (room(Some("here"), 2), room(Some("here"), 1)),
        (room(Some("there"), 1), room(Some("there"), 0)),
        (room(None, 2), room(None, 1)),
        (document("key", Some(version)), document("key", Some(version + 1))),
        (document("no key", None), document("key", None)),
        (job(1, None), job(2, None)),
        (job(1, Some(0)), job(1, Some(1))),
    ];
    for (holds, fails) in pairs {
        let asked = commit([]).require(holds.clone());
        assert!(store.commit(asked).await.is_ok(), "this holds: {holds:?}");
        let asked = commit([]).require(holds).require(fails.clone());
        let answer = store.commit(asked).await;
        assert!(matches!(answer, Err(Error::Conflict { index: 1 })), "this fails: {fails:?}: {answer:?}");
    }
}

/// M-3: conditions see what was before the first change, changes see those before them.
pub async fn m_03_conditions_see_the_state_before<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let here = name("here");
    let absent = Require::Tag { repository: here.clone(), tag: tag("v1"), is: None };
    let first = commit([
        put(&here, manifest(digest(1))),
        put(&here, manifest(digest(2))),
        set(&here, "v1", digest(1)),
        set(&here, "v1", digest(2)),
    ]);
    let answer = store.commit(first.require(absent.clone())).await;
    assert!(answer.is_ok(), "the tag is absent before the commit that sets it: {answer:?}");
    let history = store.tag_history(&here, &tag("v1"), None, 10).await.expect("a page").items;
    assert_eq!(history.len(), 2, "the second change sees the first");
    assert_eq!((history[0].digest, history[0].previous), (Some(digest(2)), Some(digest(1))));
    let again = commit([set(&here, "v1", digest(1))]).require(absent);
    assert!(matches!(store.commit(again).await, Err(Error::Conflict { index: 0 })));
}

/// M-4: many writers count one document up by compare-and-swap, and no step is lost or done twice.
pub async fn m_04_one_of_excluding_commits_is_carried_out<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let writers: Vec<_> = (0..8).map(|_| tokio::spawn(count_up(Arc::clone(store), 10))).collect();
    for writer in writers {
        writer.await.expect("the writer is done");
    }
    let counter = store.document("counter", "one").await.expect("an answer").expect("it is there");
    assert_eq!(counter.value, "80", "steps were lost, or done twice");
    assert_eq!(store.last_event().await.expect("a number"), 80);
}

async fn count_up<S: MetadataStore>(store: Arc<S>, mut steps: u32) {
    while steps > 0 {
        let before = store.document("counter", "one").await.expect("an answer");
        let value: u32 = before
            .as_ref()
            .map_or(0, |document| String::from_utf8_lossy(&document.value).parse().expect("a number"));
        // Lets other writers read the same value.
        tokio::task::yield_now().await;
        let swap = commit([write("counter", "one", (value + 1).to_string())]).require(Require::Document {
            kind: "counter".into(),
            key: "one".into(),
            version: before.map(|document| document.version),
        });
        match store.commit(swap).await {
            Ok(_) => steps -= 1,
            Err(Error::Conflict { index: 0 }) => {}
            Err(error) => panic!("a swap is done or refused: {error}"),
        }
    }
}

/// M-7: whoever reads after a commit was answered sees it, in this instance and in another one.
pub async fn m_07_queries_see_what_was_answered_before<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    let another = fixture.another().await;
    for round in 1..=50_u64 {
        let value = round.to_string();
        done(&**store, [write("kind", "key", value.clone())]).await;
        for reader in [store, &another] {
            let document = reader.document("kind", "key").await.expect("an answer").expect("it is there");
            assert_eq!(document.value, value, "an answered commit is not visible");
            assert_eq!(reader.last_event().await.expect("a number"), round);
        }
    }
}

/// M-80: numbers that no signed 64-bit column holds are refused, the largest that one holds is kept.
pub async fn m_80_numbers_of_64_bits_are_refused<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let most = i64::MAX.unsigned_abs();
    done(store, [store_blob(digest(1), most), link(&here, digest(1), most)]).await;
    let blob = store.blob(&here, &digest(1)).await.expect("an answer").expect("it is linked");
    assert_eq!((blob.size, blob.leased_until), (most, time(most)));
    let id: UploadId = "00000000000000000000000000000001".parse().expect("an id");
    let mut upload = UploadRecord::new(id, here.clone(), "t".into(), Default::default(), time(1));
    upload.offset = most + 1;
    let mut leased = manifest(digest(2));
    leased.leased_until = time(u64::MAX);
    for change in [
        store_blob(digest(2), most + 1),
        link(&here, digest(1), most + 1),
        Change::RenewLease { repository: here.clone(), digest: digest(1), leased_until: time(u64::MAX) },
        put(&here, leased),
        Change::PutUpload(Box::new(upload)),
    ] {
        refused(store, commit([write("kind", "key", "value"), change])).await;
    }
    refused(store, Commit::new(actor(), time(u64::MAX)).change(write("kind", "key", "value"))).await;
    assert_eq!(store.document("kind", "key").await.expect("an answer"), None);
}

/// M-82: a commit whose future is dropped is carried out whole or not at all, and the store goes on.
pub async fn m_82_a_dropped_commit_is_whole_or_not_at_all<S: MetadataStore>(fixture: Fixture<S>) {
    let store = fixture.store();
    for round in 0..50 {
        let key = format!("{round:02}");
        let mut future = store.commit(commit([write("a", &key, ""), write("b", &key, "")]));
        // Polled once, so that it may be on its way, and dropped.
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(future);
    }
    done(&**store, [write("c", "last", "")]).await;
    let keys = async |kind| {
        let page = store.documents(kind, "", &all()).await.expect("a page");
        page.items.into_iter().map(|document| document.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("a").await, keys("b").await, "half of a dropped commit was carried out");
}
