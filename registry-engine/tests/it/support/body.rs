//! Bodies.

use bytes::Bytes;
use futures_util::StreamExt;
use registry_engine::{BlobRead, BodyStream, BoxError};

/// A body in one piece.
pub(crate) fn body(content: &[u8]) -> BodyStream<'static> {
    pieces(content, content.len().max(1))
}

/// A body without bytes.
pub(crate) fn empty() -> BodyStream<'static> {
    body(b"")
}

/// A body in pieces of this length.
pub(crate) fn pieces(content: &[u8], length: usize) -> BodyStream<'static> {
    let pieces: Vec<Result<Bytes, BoxError>> =
        content.chunks(length).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    futures_util::stream::iter(pieces).boxed()
}

/// A body that fails after this content.
pub(crate) fn broken(content: &[u8]) -> BodyStream<'static> {
    let failure: Result<Bytes, BoxError> = Err("the connection was reset".into());
    pieces(content, 7).chain(futures_util::stream::iter([failure])).boxed()
}

/// All bytes of a read.
pub(crate) async fn collect(mut read: BlobRead) -> Vec<u8> {
    let mut content = Vec::new();
    while let Some(bytes) = read.next().await {
        content.extend_from_slice(&bytes.unwrap());
    }
    content
}
