//! The end of an upload.

use std::time::Duration;

use super::support::{append, assert_holds, assert_not_found, begin, bytes, framed, put};
use crate::blob::Durability;
use crate::conformance::Fixture;
use crate::{BlobStore, UploadToken};

/// B-7: by commit or by abort, with and without bytes.
pub async fn b_07_a_finished_upload_is_unknown<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 1000);
    let committed = append(store, &begin(store).await, 0, &all).await;
    let location = store.commit(&committed, 1000).await.expect("commit");
    assert_unknown(store, &committed, "committed").await;
    let empty = begin(store).await;
    let nothing = store.commit(&empty, 0).await.expect("commit nothing");
    assert_unknown(store, &empty, "committed without bytes").await;
    let aborted = append(store, &begin(store).await, 0, &all).await;
    store.abort(&aborted).await.expect("abort");
    assert_unknown(store, &aborted, "aborted").await;
    let unused = begin(store).await;
    store.abort(&unused).await.expect("abort");
    assert_unknown(store, &unused, "aborted without bytes").await;
    // What came later did not harm what was committed.
    assert_holds(store, &location, &all, "committed before").await;
    assert_holds(store, &nothing, &[], "committed before").await;
}

async fn assert_unknown(store: &impl BlobStore, token: &UploadToken, what: &str) {
    let other = bytes(2, 500);
    for (offset, durability) in [(0, Durability::OnCommit), (1000, Durability::OnReturn)] {
        let appended = store.append(token, offset, framed(&other, 100), durability).await;
        assert_not_found(appended, &format!("an append to an upload that was {what}"));
    }
    let appended = store.append(token, 0, framed(&other.slice(..0), 1), Durability::OnCommit).await;
    assert_not_found(appended, &format!("an empty append to an upload that was {what}"));
    for size in [0, 1000] {
        assert_not_found(store.commit(token, size).await, &format!("a commit of an upload that was {what}"));
    }
}

/// B-8: an abort can be said twice, and of an upload that became a blob, and harms nothing else.
pub async fn b_08_abort_ends_an_upload_and_nothing_else<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 100_000);
    let kept = put(store, &all).await;
    let other = append(store, &begin(store).await, 0, &all).await;
    let finished = append(store, &begin(store).await, 0, &all).await;
    let location = store.commit(&finished, 100_000).await.expect("commit");
    let aborted = append(store, &begin(store).await, 0, &all).await;
    for token in [&aborted, &aborted, &finished] {
        store.abort(token).await.expect("abort, whatever became of the upload");
    }
    assert_not_found(store.commit(&aborted, 100_000).await, "a commit of an upload that was aborted");
    assert_holds(store, &kept, &all, "a blob beside an abort").await;
    assert_holds(store, &location, &all, "a blob whose token was aborted later").await;
    let location = store.commit(&other, 100_000).await.expect("commit beside an abort");
    assert_holds(store, &location, &all, "an upload beside an abort").await;
}

/// B-17: named are uploads in progress, and only those that nothing was written to for so long.
pub async fn b_17_only_stale_uploads_are_named<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 1000);
    put(store, &all).await;
    let aborted = append(store, &begin(store).await, 0, &all).await;
    store.abort(&aborted).await.expect("abort");
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(append(store, &begin(store).await, 0, &all).await);
    }
    let named = async |age, limit| store.stale_uploads(age, limit).await.expect("a list");
    let mut found = named(Duration::ZERO, 100).await;
    // A backend may name none at all.
    assert!(found.is_empty() || found.len() == open.len(), "all or none: {found:?}");
    let names: Vec<&str> = open.iter().map(UploadToken::name).collect();
    assert!(
        found.iter().all(|token| names.contains(&token.name())),
        "in progress are {open:?}, not {found:?}"
    );
    found.sort_by(|one, other| one.name().cmp(other.name()));
    found.dedup_by(|one, other| one.name() == other.name());
    assert!(found.is_empty() || found.len() == open.len(), "each once: {found:?}");
    assert!(named(Duration::ZERO, 2).await.len() <= 2, "no more than asked for");
    let old = named(Duration::from_secs(3600), 100).await;
    assert!(old.is_empty(), "nothing is an hour old: {old:?}");
}
