//! What uploads are, told as simply as can be.

use registry_core::{Algorithm, Digest};

use super::Chunk;

/// Every upload that was ever started; an ended one is `None`.
#[derive(Debug, Default)]
pub(crate) struct Model(Vec<Option<Upload>>);

#[derive(Debug)]
struct Upload {
    algorithm: Algorithm,
    content: Vec<u8>,
}

/// What a request is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// 202 with the offset.
    Accepted(usize),
    /// 204 with the offset.
    Stands(usize),
    /// 204 without one.
    Cancelled,
    /// 201.
    Created,
    /// 404.
    Unknown,
    /// 416 with the offset.
    OutOfOrder(usize),
    /// 400 with this code.
    Refused(&'static str),
}

impl Said {
    pub(crate) const fn status_and_code(&self) -> (u16, Option<&'static str>) {
        match self {
            Self::Accepted(_) => (202, None),
            Self::Stands(_) | Self::Cancelled => (204, None),
            Self::Created => (201, None),
            Self::Unknown => (404, Some("BLOB_UPLOAD_UNKNOWN")),
            Self::OutOfOrder(_) => (416, Some("BLOB_UPLOAD_INVALID")),
            Self::Refused(code) => (400, Some(code)),
        }
    }

    pub(crate) const fn offset(&self) -> Option<usize> {
        match self {
            Self::Accepted(offset) | Self::Stands(offset) | Self::OutOfOrder(offset) => Some(*offset),
            _ => None,
        }
    }
}

impl Model {
    pub(crate) fn start(&mut self, algorithm: Algorithm) {
        self.0.push(Some(Upload { algorithm, content: Vec::new() }));
    }

    pub(crate) fn offset(&self, upload: usize) -> Option<usize> {
        self.0[upload].as_ref().map(|upload| upload.content.len())
    }

    pub(crate) fn content(&self, upload: usize) -> &[u8] {
        self.0[upload].as_ref().map_or(&[], |upload| &upload.content)
    }

    pub(crate) fn status(&self, upload: usize) -> Said {
        self.offset(upload).map_or(Said::Unknown, Said::Stands)
    }

    pub(crate) fn cancel(&mut self, upload: usize) -> Said {
        self.0[upload].take().map_or(Said::Unknown, |_| Said::Cancelled)
    }

    pub(crate) fn append(&mut self, upload: usize, chunk: &Chunk) -> Said {
        let Some(Upload { content, .. }) = &mut self.0[upload] else { return Said::Unknown };
        let refused = refusal(chunk, content.len());
        // Of a chunk that broke off, what came is kept.
        if refused.is_none() || refused == Some(BROKEN) {
            content.extend_from_slice(&chunk.content);
        }
        refused.unwrap_or(Said::Accepted(content.len()))
    }

    pub(crate) fn finish(&mut self, upload: usize, chunk: &Chunk, digest: Digest) -> Said {
        let Some(Upload { algorithm, content }) = &self.0[upload] else { return Said::Unknown };
        if let Some(refused) = refusal(chunk, content.len()) {
            return refused;
        }
        let whole = [content, &*chunk.content].concat();
        let fits = Digest::of(digest.algorithm(), &whole) == digest;
        // By an algorithm that was not computed from the start, there is one try.
        let only_try = !content.is_empty() && *algorithm != digest.algorithm();
        if fits || only_try {
            self.0[upload] = None;
        }
        if fits { Said::Created } else { Said::Refused("DIGEST_INVALID") }
    }
}

const BROKEN: Said = Said::Refused("BLOB_UPLOAD_INVALID");

/// Why a chunk is not taken by an upload of so many bytes.
fn refusal(chunk: &Chunk, offset: usize) -> Option<Said> {
    let came = chunk.content.len();
    let mut announced = chunk.sized.then_some(came);
    if let Some(range) = &chunk.range {
        let Some((first, said)) = read(range) else { return Some(Said::OutOfOrder(offset)) };
        if first != offset {
            return Some(Said::OutOfOrder(offset));
        }
        if announced.is_some_and(|announced| announced != said) {
            return Some(Said::Refused("SIZE_INVALID"));
        }
        announced = Some(said);
    }
    match announced {
        Some(said) if came > said => Some(Said::Refused("SIZE_INVALID")),
        Some(said) if came < said && !chunk.breaks => Some(Said::Refused("SIZE_INVALID")),
        _ => chunk.breaks.then_some(BROKEN),
    }
}

/// The first position and the number of bytes that `first-last` says.
fn read(range: &str) -> Option<(usize, usize)> {
    let (first, last) = range.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then(|| (first, last - first + 1))
}
