//! Taking in a body.

use bytes::Bytes;
use futures_util::StreamExt;
use registry_core::Hasher;
use registry_storage::blob::{BodyStream, Durability};
use registry_storage::{BlobStore, BoxError, UploadToken};

use super::meter::Meter;

/// What became of a body.
#[derive(Debug)]
pub(crate) struct Received {
    /// The token to go on with.
    pub(crate) token: UploadToken,
    /// How many bytes of the body were kept.
    pub(crate) written: u64,
    /// The hasher over exactly those bytes and the ones before.
    pub(crate) hasher: Hasher,
    /// How the body ended.
    pub(crate) end: End,
}

/// How a body ended.
#[derive(Debug)]
pub(crate) enum End {
    /// As announced.
    Whole,
    /// Early.
    Interrupted(BoxError),
    /// With another number of bytes than announced.
    WrongLength { expected: u64, actual: u64 },
}

/// Writes the body at `offset`, hashing it on the way. `hasher` is the one over the bytes before.
///
/// An empty body costs the store nothing.
///
/// # Errors
/// When the store fails.
pub(crate) async fn receive(
    store: &dyn BlobStore,
    token: &UploadToken,
    offset: u64,
    hasher: Hasher,
    expected: Option<u64>,
    mut body: BodyStream<'_>,
    durability: Durability,
) -> registry_storage::Result<Received> {
    let nothing = |end| Ok(Received { token: token.clone(), written: 0, hasher: hasher.clone(), end });
    let first = match first_bytes(&mut body).await {
        Some(Ok(bytes)) => bytes,
        Some(Err(cause)) => return nothing(End::Interrupted(cause)),
        None => return nothing(judge(expected, 0)),
    };
    let mut meter = Meter::new(hasher.clone(), expected);
    let body = futures_util::stream::iter([Ok(first)]).chain(body);
    let appended = store.append(token, offset, meter.measure(Box::pin(body)), durability).await?;
    let end = match (meter.overrun, expected, appended.interrupted) {
        (Some(actual), Some(expected), _) => End::WrongLength { expected, actual },
        (_, _, Some(cause)) => End::Interrupted(cause),
        (_, _, None) => judge(expected, meter.passed),
    };
    if appended.written == meter.passed {
        return Ok(Received { token: appended.token, written: meter.passed, hasher: meter.hasher, end });
    }
    if matches!(end, End::Whole) {
        let reason = "the store did not keep the whole body";
        return Err(registry_storage::Error::internal("append to an upload", reason));
    }
    // The hasher has seen bytes that the store did not keep, so what it did keep is given up as well.
    Ok(Received { token: appended.token, written: 0, hasher, end })
}

/// The first bytes that are not empty.
async fn first_bytes(body: &mut BodyStream<'_>) -> Option<Result<Bytes, BoxError>> {
    loop {
        match body.next().await {
            Some(Ok(bytes)) if bytes.is_empty() => {}
            first => return first,
        }
    }
}

fn judge(expected: Option<u64>, actual: u64) -> End {
    match expected {
        Some(expected) if expected != actual => End::WrongLength { expected, actual },
        _ => End::Whole,
    }
}
