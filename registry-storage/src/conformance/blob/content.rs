//! Bytes come back as they were sent.

use bytes::Bytes;
use futures_util::future::join_all;

use super::support::{
    append, assert_corrupt, assert_holds, assert_invalid, assert_same, begin, body, bytes, failing, framed,
    hesitant, read,
};
use crate::blob::Durability;
use crate::conformance::Fixture;
use crate::{BlobStore, Location};

/// B-1: sizes around every likely buffer, frames of many sizes, and ranges that cross their borders.
pub async fn b_01_what_was_committed_is_read_back<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    for size in [0, 1, 4095, 4096, 65_535, 65_536, 65_537, 1_048_579] {
        let all = bytes(1, size);
        for frame in [1 << 20, 65_536, 1000] {
            let location = put_framed(store, &all, frame).await;
            assert_holds(store, &location, &all, &format!("{size} bytes in frames of {frame}")).await;
            assert_ranges(store, &location, &all).await;
        }
    }
    let tiny = bytes(2, 3000);
    assert_holds(store, &put_framed(store, &tiny, 1).await, &tiny, "frames of one byte").await;
    let empty = [Bytes::new(), tiny.clone(), Bytes::new()];
    let token = begin(store).await;
    let appended =
        store.append(&token, 0, body(empty), Durability::OnCommit).await.expect("append empty frames");
    let location = store.commit(&appended.token, 3000).await.expect("commit");
    assert_holds(store, &location, &tiny, "empty frames between").await;
}

async fn put_framed(store: &impl BlobStore, all: &Bytes, frame: usize) -> Location {
    let token = store.begin(Some(all.len() as u64)).await.expect("begin an upload");
    let appended = store.append(&token, 0, framed(all, frame), Durability::OnCommit).await.expect("append");
    assert_eq!(appended.written, all.len() as u64, "a whole body is kept whole");
    store.commit(&appended.token, all.len() as u64).await.expect("commit")
}

async fn assert_ranges(store: &impl BlobStore, location: &Location, all: &Bytes) {
    let size = all.len() as u64;
    for (from, to) in [(0, 1), (1, size), (size / 2, size), (size / 3, size / 2), (0, size - size.min(1))] {
        let (from, to) = (from.min(size), to.min(size));
        let found = read(store, location, size, from..to).await.expect("read a range");
        let index = |at: u64| usize::try_from(at).expect("the blob is in memory");
        assert_same(&found, &all[index(from)..index(to)], &format!("{from}..{to} of {size}"));
    }
}

/// B-2: an earlier offset forgets, a later one is refused, and a refusal changes nothing.
pub async fn b_02_append_at_an_offset_forgets_what_lay_behind<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let (old, new) = (bytes(1, 100_000), bytes(2, 20_000));
    let token = append(store, &begin(store).await, 0, &old).await;
    let beyond = store.append(&token, 100_001, framed(&new, 1000), Durability::OnCommit).await;
    assert_invalid(beyond, "an append beyond the end");
    let token = append(store, &token, 50_000, &new).await;
    assert_corrupt(store.commit(&token, 70_001).await, "a commit of bytes that were forgotten");
    let location = store.commit(&token, 70_000).await.expect("commit");
    assert_holds(store, &location, &[&old[..50_000], &new[..]].concat(), "set back by an append").await;

    let token = append(store, &begin(store).await, 0, &old).await;
    let token = append(store, &token, 10, &Bytes::new()).await;
    let again = store.append(&token, 11, framed(&new, 1000), Durability::OnCommit).await;
    assert_invalid(again, "an append behind what an empty append kept");
    let token = append(store, &token, 10, &new).await;
    let location = store.commit(&token, 20_010).await.expect("commit");
    assert_holds(store, &location, &[&old[..10], &new[..]].concat(), "set back by an empty append").await;
}

/// B-3: what arrived is kept and counted, the failure is handed back, and the upload goes on from there.
pub async fn b_03_a_failed_body_keeps_what_came_before<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    for (kept, durability) in
        [(0, Durability::OnCommit), (5, Durability::OnReturn), (1_500_000, Durability::OnCommit)]
    {
        let (head, tail) = (bytes(1, kept), bytes(2, 1000));
        let token = begin(store).await;
        let frames = (0..kept).step_by(9000).map({
            let head = head.clone();
            move |from| head.slice(from..kept.min(from + 9000))
        });
        let appended = store.append(&token, 0, failing(frames, "the sender went away"), durability).await;
        let appended = appended.expect("a failed body is no failure of the store");
        assert_eq!(appended.written, kept as u64, "the bytes before the failure are counted");
        let cause = appended.interrupted.map(|cause| cause.to_string());
        assert_eq!(cause.as_deref(), Some("the sender went away"), "the failure is handed back");

        let token = append(store, &appended.token, kept as u64, &tail).await;
        let location = store.commit(&token, kept as u64 + 1000).await.expect("commit");
        assert_holds(store, &location, &[&head[..], &tail[..]].concat(), "went on after a failure").await;
    }
}

/// B-5: more bytes than `size` are left out, fewer are refused.
pub async fn b_05_commit_makes_exactly_size_bytes_permanent<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 200_000);
    for size in [0, 1, 65_536, 199_999, 200_000] {
        let token = append(store, &begin(store).await, 0, &all).await;
        let location = store.commit(&token, size as u64).await.expect("commit a part");
        assert_holds(store, &location, &all[..size], &format!("the first {size} bytes")).await;
        if size < 200_000 {
            let more = read(store, &location, 200_000, 0..200_000).await;
            assert_corrupt(more.map(|found| found.len()), "a read of all that was appended");
        }
    }
    let token = append(store, &begin(store).await, 0, &all).await;
    assert_corrupt(store.commit(&token, 200_001).await, "a commit of more than was kept");
    assert_corrupt(store.commit(&begin(store).await, 1).await, "a commit of more than nothing");
    let location = store.commit(&begin(store).await, 0).await.expect("commit an upload without an append");
    assert_holds(store, &location, &[], "an upload without an append").await;
}

/// B-14: uploads one after another, in turns, and at the same time.
pub async fn b_14_uploads_never_share_bytes<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let contents: Vec<Bytes> = (0..8).map(|seed| bytes(seed + 1, 150_000)).collect();
    let mut tokens = Vec::new();
    for _ in &contents {
        tokens.push(begin(store).await);
    }
    for part in 0..3 {
        let range = part * 50_000..(part + 1) * 50_000;
        for (token, all) in tokens.iter_mut().zip(&contents) {
            *token = append(store, token, range.start as u64, &all.slice(range.clone())).await;
        }
    }
    for (token, all) in tokens.iter().zip(&contents).rev() {
        let location = store.commit(token, 150_000).await.expect("commit");
        assert_holds(store, &location, all, "appended in turns").await;
    }
    let locations = join_all(contents.iter().map(|all| async move {
        let token = begin(store).await;
        let appended =
            store.append(&token, 0, hesitant(all, 5000), Durability::OnCommit).await.expect("append");
        store.commit(&appended.token, 150_000).await.expect("commit")
    }));
    for (location, all) in locations.await.iter().zip(&contents) {
        assert_holds(store, location, all, "appended at the same time").await;
    }
}
