//! Several parts of one content in one body: `multipart/byteranges` (RFC 9110, section 14.6).

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use registry_core::ByteRange;
use registry_engine::{BlobHandle, BoxError};

use super::Body;

/// Parts of a blob, on their way into a body.
pub(crate) struct Multipart {
    boundary: String,
    blob: BlobHandle,
    ranges: Vec<ByteRange>,
}

impl Multipart {
    /// These parts of the blob, in this order.
    pub(crate) fn new(blob: BlobHandle, ranges: Vec<ByteRange>) -> Self {
        Self { boundary: boundary(), blob, ranges }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// The body. Only one part is read at a time, and none before the one in front of it was sent.
    pub(crate) fn into_body(self) -> Body {
        let closing = Bytes::from(format!("\r\n--{}--\r\n", self.boundary));
        let parts: Vec<(Bytes, ByteRange)> =
            self.ranges.iter().enumerate().map(|(index, range)| (self.head(index, *range), *range)).collect();
        let len = parts.iter().map(|(head, range)| head.len() as u64 + range.len()).sum::<u64>();
        let len = len + closing.len() as u64;
        let blob = self.blob;
        let parts = stream::iter(parts).flat_map(move |(head, range)| part(blob.clone(), head, range));
        Body::stream(len, parts.chain(stream::iter([Ok(closing)])))
    }

    /// What stands before the bytes of a part.
    fn head(&self, index: usize, range: ByteRange) -> Bytes {
        let line = if index == 0 { "" } else { "\r\n" };
        let content_range = range.content_range(self.blob.size());
        Bytes::from(format!(
            "{line}--{}\r\nContent-Type: application/octet-stream\r\nContent-Range: {content_range}\r\n\r\n",
            self.boundary
        ))
    }
}

fn part(
    blob: BlobHandle,
    head: Bytes,
    range: ByteRange,
) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static {
    let read = async move { blob.read(range.first()..range.last() + 1).await };
    let bytes = stream::once(read).map_err(BoxError::from).map_ok(|read| read.map_err(BoxError::from));
    stream::iter([Ok(head)]).chain(bytes.try_flatten())
}

/// A line that the content does not hold, but by an accident of one in 2^128: nobody can know it beforehand.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
