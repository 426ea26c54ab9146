//! How much memory the store holds.

use std::time::Duration;

use futures_util::StreamExt;
use registry_doubles::s3::Double;
use registry_storage::BlobStore;
use registry_storage::blob::ObjectBlobStore;

use super::options;
use crate::blob::{bytes, put};

const PART: usize = 5 << 20;

/// A slow reader finds as much in the socket as there is room for; what it gets is a piece of the buffer that the client
/// read into.
#[tokio::test]
async fn no_more_than_128_kib_of_an_answer_is_read_at_once() {
    let double = Double::start().await;
    let store = ObjectBlobStore::open_s3(options(&double.endpoint())).await.unwrap();
    let all = bytes(1, 4 * PART);
    let size = all.len() as u64;
    let location = put(&store, &all).await;
    let mut reading = store.read(&location, size, 0..size).await.unwrap();
    let (mut at, mut largest) = (0, 0);
    while let Some(piece) = reading.next().await {
        let piece = piece.unwrap();
        assert!(piece == all[at..at + piece.len()], "at {at}");
        at += piece.len();
        largest = largest.max(piece.len());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(at, all.len());
    assert!(largest <= 128 << 10, "a piece of {largest} bytes");
}
