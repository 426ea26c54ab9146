//! The bytes of a blob on their way out.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::Result;

/// The bytes of a blob, or of a part of it, on their way out.
///
/// A stream of [`Bytes`] that yields exactly [`len`](Self::len) bytes in all, or an error: an error in the middle
/// means that the stored bytes are damaged or unreachable, and what was sent before must not be taken for whole.
///
/// # Cancel safety
/// Dropping it at any point ends the read and changes nothing.
pub struct BlobRead {
    len: u64,
    body: Body,
}

/// Where the bytes come from. A file has a variant of its own, so that nothing is boxed and so that a way to send it
/// without copying has a place to take hold of.
enum Body {
    Memory(Option<Bytes>),
    #[cfg(feature = "fs")]
    File(super::fs::FileBody),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>),
}

impl BlobRead {
    /// A read of `len` bytes that the stream yields.
    pub fn new(len: u64, body: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self { len, body: Body::Stream(Box::pin(body)) }
    }

    /// A read of bytes that are in memory.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        let len = bytes.len() as u64;
        Self { len, body: Body::Memory(Some(bytes).filter(|bytes| !bytes.is_empty())) }
    }

    /// A read of `len` bytes of a file.
    #[cfg(feature = "fs")]
    pub(super) const fn from_file(len: u64, body: super::fs::FileBody) -> Self {
        Self { len, body: Body::File(body) }
    }

    /// How many bytes the whole read yields.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub const fn len(&self) -> u64 {
        self.len
    }
}

impl Stream for BlobRead {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.body {
            Body::Memory(bytes) => Poll::Ready(bytes.take().map(Ok)),
            #[cfg(feature = "fs")]
            Body::File(file) => file.poll_next(context),
            Body::Stream(stream) => stream.as_mut().poll_next(context),
        }
    }
}

impl fmt::Debug for BlobRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobRead").field("len", &self.len).finish_non_exhaustive()
    }
}
