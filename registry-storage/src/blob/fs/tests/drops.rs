//! Calls whose futures are dropped while they wait for a thread.

use std::sync::mpsc;

use bytes::Bytes;
use futures_util::FutureExt;

use super::{Bench, Durability, bytes};
use crate::blob::BlobStore;

#[test]
fn an_append_that_was_dropped_while_it_waited_does_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let bench = Bench::new().await;
        let wanted = bytes(1000);
        let token = bench.begun_with(&wanted).await;
        let (free, busy) = mpsc::channel::<()>();
        let blocked = tokio::task::spawn_blocking(move || busy.recv());

        let stray = Bytes::from(vec![0xff; 500]);
        let append = bench.append(&token, 0, &stray, Durability::OnReturn);
        assert!(append.now_or_never().is_none(), "the append waits for the thread, and is dropped");
        let commit = bench.store.commit(&token, 10);
        assert!(commit.now_or_never().is_none(), "the commit waits for the thread, and is dropped");

        drop(free);
        assert!(blocked.await.unwrap().is_err(), "the thread was busy until now");
        let location = bench.store.commit(&token, 1000).await.unwrap();
        bench.assert_holds(&location, &wanted).await;
    });
}
