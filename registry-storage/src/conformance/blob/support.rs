//! What the checks have in common.

use std::fmt::Debug;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::blob::{BodyStream, Durability};
use crate::{BlobStore, BoxError, Error, Location, Result, UploadToken};

/// Bytes that look random, differ from seed to seed, and never repeat at a distance that a store might mix up.
pub(super) fn bytes(seed: u64, len: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..len).map(|_| next()).collect()
}

/// A body of these frames.
pub(super) fn body<F>(frames: F) -> BodyStream<'static>
where
    F: IntoIterator<Item = Bytes>,
    F::IntoIter: Send + 'static,
{
    stream::iter(frames.into_iter().map(Ok)).boxed()
}

/// A body in frames of `length`.
pub(super) fn framed(all: &Bytes, length: usize) -> BodyStream<'static> {
    let all = all.clone();
    let frames =
        (0..all.len()).step_by(length).map(move |from| all.slice(from..all.len().min(from + length)));
    body(frames)
}

/// A body that fails after these frames.
pub(super) fn failing<F>(frames: F, cause: &'static str) -> BodyStream<'static>
where
    F: IntoIterator<Item = Bytes>,
    F::IntoIter: Send + 'static,
{
    let failure = stream::iter([Err(BoxError::from(cause))]);
    stream::iter(frames.into_iter().map(Ok)).chain(failure).boxed()
}

/// A body that waits for other tasks before each of its frames.
pub(super) fn hesitant(all: &Bytes, length: usize) -> BodyStream<'static> {
    framed(all, length)
        .then(|frame| async {
            tokio::task::yield_now().await;
            frame
        })
        .boxed()
}

/// Begins an upload.
pub(super) async fn begin(store: &impl BlobStore) -> UploadToken {
    store.begin(None).await.expect("begin an upload")
}

/// Appends a whole body and answers the token to go on with.
pub(super) async fn append(
    store: &impl BlobStore,
    token: &UploadToken,
    offset: u64,
    all: &Bytes,
) -> UploadToken {
    let frames = framed(all, 10_000);
    let appended =
        store.append(token, offset, frames, Durability::OnCommit).await.expect("append to an upload");
    assert_eq!(appended.written, all.len() as u64, "a whole body is kept whole");
    assert!(appended.interrupted.is_none(), "nothing interrupted the body: {:?}", appended.interrupted);
    appended.token
}

/// Makes a blob.
pub(super) async fn put(store: &impl BlobStore, all: &Bytes) -> Location {
    let token = append(store, &begin(store).await, 0, all).await;
    store.commit(&token, all.len() as u64).await.expect("commit an upload")
}

/// Reads a range to its end.
pub(super) async fn read(
    store: &impl BlobStore,
    location: &Location,
    size: u64,
    range: Range<u64>,
) -> Result<Vec<u8>> {
    let read = store.read(location, size, range.clone()).await?;
    assert_eq!(read.len(), range.end - range.start, "the length of a read of {range:?}");
    let pieces: Vec<Bytes> = read.try_collect().await?;
    Ok(pieces.concat())
}

/// A blob has exactly these bytes.
pub(super) async fn assert_holds(store: &impl BlobStore, location: &Location, expected: &[u8], what: &str) {
    let size = expected.len() as u64;
    let found = read(store, location, size, 0..size).await;
    let found = found.unwrap_or_else(|error| failed(what, &error));
    assert_same(&found, expected, what);
    store.probe(location, size).await.unwrap_or_else(|error| failed(what, &error));
}

/// Two runs of bytes are the same; names the first difference and does not print megabytes.
pub(super) fn assert_same(found: &[u8], expected: &[u8], what: &str) {
    let differs = found.iter().zip(expected).position(|(found, expected)| found != expected);
    assert!(differs.is_none(), "{what}: byte {differs:?} is another one");
    assert_eq!(found.len(), expected.len(), "{what}: the number of bytes");
}

/// The answer is that the thing is unknown.
pub(super) fn assert_not_found<T: Debug>(outcome: Result<T>, what: &str) {
    let found = outcome.map(|answer| format!("{answer:?}"));
    assert!(matches!(found, Err(Error::NotFound { .. })), "{what}: not found, rather than {found:?}");
}

/// The answer is that the stored content is damaged.
pub(super) fn assert_corrupt<T: Debug>(outcome: Result<T>, what: &str) {
    let found = outcome.map(|answer| format!("{answer:?}"));
    assert!(matches!(found, Err(Error::Corrupt { .. })), "{what}: corrupt, rather than {found:?}");
}

/// The answer is that the request makes no sense.
pub(super) fn assert_invalid<T: Debug>(outcome: Result<T>, what: &str) {
    let found = outcome.map(|answer| format!("{answer:?}"));
    assert!(matches!(found, Err(Error::Invalid { .. })), "{what}: invalid, rather than {found:?}");
}

#[allow(clippy::panic, reason = "a check panics when the store breaks the contract")]
fn failed(what: &str, error: &Error) -> ! {
    panic!("{what}: {error:?}")
}
