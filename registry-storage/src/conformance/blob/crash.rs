//! What outlives a future, an instance, a process.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::support::{append, assert_holds, begin, body, bytes, framed};
use crate::blob::{BodyStream, Durability};
use crate::conformance::Fixture;
use crate::{BlobStore, Location, UploadToken};

/// B-4, as far as a test can go without cutting the power: the instance is dropped and another one opened.
pub async fn b_04_durable_bytes_survive_a_restart<S: BlobStore>(fixture: Fixture<S>) {
    let all = bytes(1, 300_000);
    let store = fixture.store().as_ref();
    let unfinished = store.append(&begin(store).await, 0, framed(&all, 7000), Durability::OnReturn).await;
    let unfinished = unfinished.expect("append durably");
    let finished = append(store, &begin(store).await, 0, &all).await;
    let finished = store.commit(&finished, 300_000).await.expect("commit");

    let fixture = fixture.reopen().await;
    let store = fixture.store().as_ref();
    assert_holds(store, &finished, &all, "committed before the restart").await;
    let more = store.append(&unfinished.token, 300_000, framed(&all, 7000), Durability::OnReturn).await;
    let token = more.expect("go on after the restart").token;

    let fixture = fixture.reopen().await;
    let store = fixture.store().as_ref();
    let location = store.commit(&token, 600_000).await.expect("commit what was appended before the restart");
    assert_holds(store, &location, &all.repeat(2), "appended before two restarts").await;
}

/// B-13: the token goes to the other instance as text, as it does through the metadata.
pub async fn b_13_an_upload_goes_on_in_another_instance<S: BlobStore>(fixture: Fixture<S>) {
    let (here, there) = (fixture.store().as_ref(), fixture.another().await);
    let all = bytes(1, 300_000);
    let carried = |token: UploadToken| UploadToken::from(token.as_str().to_owned());
    let token = carried(begin(here).await);
    let token = carried(append(there.as_ref(), &token, 0, &all.slice(..100_000)).await);
    let token = carried(append(here, &token, 100_000, &all.slice(100_000..)).await);
    let location = there.commit(&token, 300_000).await.expect("commit in another instance");
    let location = Location::from(location.as_str().to_owned());
    assert_holds(here, &location, &all, "written by two instances").await;
    assert_holds(there.as_ref(), &location, &all, "written by two instances").await;
}

/// B-16: appends are dropped at many moments, and what follows them is what is read.
pub async fn b_16_a_dropped_append_writes_nothing_later<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let (stray, wanted) = (bytes(1, 400_000), bytes(2, 400_000));
    let mut committed = Vec::new();
    for turn in 0..24 {
        let token = begin(store).await;
        let appending = store.append(&token, 0, never_ending(&stray), Durability::OnCommit);
        // Most turns cut it while it is busy; the last ones once it waits for more.
        let patience = if turn < 20 { Duration::from_micros(100 * turn) } else { Duration::from_millis(50) };
        let cut = tokio::time::timeout(patience, appending).await;
        assert!(cut.is_err(), "an append ended before its body: {cut:?}");
        let token = append(store, &token, 0, &wanted).await;
        let location = store.commit(&token, 400_000).await.expect("commit");
        assert_holds(store, &location, &wanted, "appended after a dropped append").await;
        committed.push(location);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    for location in &committed {
        assert_holds(store, location, &wanted, "some time after a dropped append").await;
    }
    let tiny = begin(store).await;
    let cut = store.append(&tiny, 0, never_ending(&stray), Durability::OnCommit);
    let cut = tokio::time::timeout(Duration::from_millis(20), cut).await;
    assert!(cut.is_err(), "an append ended before its body: {cut:?}");
    store.abort(&tiny).await.expect("abort after a dropped append");
}

/// The bytes, and then nothing for ever.
fn never_ending(all: &Bytes) -> BodyStream<'static> {
    let frames = body([all.slice(..100), all.slice(100..200_000), all.slice(200_000..)]);
    frames.chain(stream::pending()).boxed()
}
