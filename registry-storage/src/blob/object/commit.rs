//! Making an upload permanent.

use std::time::Duration;

use tokio::time::Instant;

use super::budget::Grant;
use super::claim;
use super::dialect::Completed;
use super::inner::Inner;
use super::layout::location;
use super::state::{Multipart, State};
use super::transport::{Fault, jittered};
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, UNKNOWN_UPLOAD};
use crate::{Error, Result};

/// The pause between two attempts to complete.
const PAUSE: Duration = Duration::from_millis(400);

/// Makes all that the state has permanent.
///
/// # Errors
/// [`Error::NotFound`] when the upload is over; when the service fails.
pub(super) async fn commit(inner: &Inner, state: State) -> Result<Location> {
    let (id, joined) = match &state.multipart {
        Some(multipart) if !multipart.parts.is_empty() => {
            join(inner, &state, multipart.clone()).await?;
            (state.blob(), true)
        }
        _ => (whole(inner, &state).await?, false),
    };
    inner.ledger.end(state.id);
    clean(inner, &state, joined).await;
    Ok(Location::from(location(id)))
}

/// One object of less than a part. Its key is drawn here, so that no two commits ever share it.
async fn whole(inner: &Inner, state: &State) -> Result<ObjectId> {
    let id = ObjectId::random()?;
    let _room = room(inner, state).await?;
    let pieces = inner.load(state.id, &state.tail).await?;
    inner.service.put(&inner.layout.blob(id), pieces).await?;
    Ok(id)
}

/// Memory for what is loaded of the tail; what of it lies in the token is counted there. Whoever was let in beyond the
/// budget has room for a whole part, which a tail never exceeds, and would wait for itself.
async fn room(inner: &Inner, state: &State) -> Result<Grant> {
    let mut grant = Grant::default();
    if !state.is_let_in() {
        inner.budget.grow(&mut grant, usize::try_from(state.beside()).unwrap_or(usize::MAX)).await?;
    }
    Ok(grant)
}

/// One object of the parts, and of the tail as the last of them.
async fn join(inner: &Inner, state: &State, mut multipart: Multipart) -> Result<()> {
    let key = inner.layout.blob(state.blob());
    // An earlier commit may have been carried out after all.
    if inner.ledger.is_doubtful(state.id) && inner.service.check_size(&key, state.len()).await.is_ok() {
        return Ok(());
    }
    if !state.tail.is_empty() {
        let mut numbered = state.clone();
        let number = inner.number(&mut numbered)?;
        let _room = room(inner, state).await?;
        let pieces = inner.load(state.id, &state.tail).await?;
        let etag = inner.service.part(&key, &multipart.upload, number, pieces).await?;
        multipart.parts.push((number, etag));
    }
    let claim = claim::claim(inner, state.id, &key).await?;
    let settled = settle(inner, &key, &multipart, state).await;
    claim::release(inner, claim).await;
    if matches!(settled, Err(Error::Unavailable { .. })) {
        inner.ledger.doubt(state.id);
    }
    settled
}

/// One object of the parts alone, on the way to setting the upload back.
pub(super) async fn settle_parts(inner: &Inner, key: &str, state: &State) -> Result<()> {
    match &state.multipart {
        Some(multipart) => settle(inner, key, multipart, state).await,
        None => Err(UNKNOWN_UPLOAD),
    }
}

/// Completes, and finds out what became of it when the answer does not come.
async fn settle(inner: &Inner, key: &str, multipart: &Multipart, state: &State) -> Result<()> {
    let started = Instant::now();
    let size = state.len();
    let mut doubtful = inner.ledger.is_doubtful(state.id);
    let mut attempts = 0;
    loop {
        let fault = match inner.service.dialect.complete(key, &multipart.upload, &multipart.parts).await? {
            Completed::Done => return Ok(()),
            // It is ours if an earlier attempt made it, and somebody else's if there was none.
            Completed::Over if doubtful => return ours(inner, key, size).await,
            Completed::Over => return Err(UNKNOWN_UPLOAD),
            Completed::Refused(fault) => return Err(refused(fault)),
            Completed::Unknown(fault) => fault,
        };
        if fault.is_ambiguous() {
            doubtful = true;
            if let Ok(()) = inner.service.check_size(key, size).await {
                return Ok(());
            }
        }
        attempts += 1;
        let wait = fault.retry_after().unwrap_or_default().max(jittered(PAUSE));
        if attempts > inner.options.retries || started.elapsed() + wait > inner.options.retry_timeout {
            return Err(Error::Unavailable { retry_after: fault.retry_after(), source: fault.into() });
        }
        tokio::time::sleep(wait).await;
    }
}

/// Whether the object that is there is the one that was to be made.
async fn ours(inner: &Inner, key: &str, size: u64) -> Result<()> {
    match inner.service.check_size(key, size).await {
        Err(Error::NotFound { .. } | Error::Corrupt { .. }) => Err(UNKNOWN_UPLOAD),
        outcome => outcome,
    }
}

fn refused(fault: Fault) -> Error {
    match &fault {
        // The parts are not those of this upload any more: nobody can go on with it.
        Fault::Status { code, .. } if code == "InvalidPart" || code == "InvalidPartOrder" => UNKNOWN_UPLOAD,
        _ if fault.may_pass() => {
            Error::Unavailable { retry_after: fault.retry_after(), source: fault.into() }
        }
        _ => Error::internal("complete a multipart upload", fault),
    }
}

/// Gives back what lies beside. What cannot be given back now is found as stale later.
async fn clean(inner: &Inner, state: &State, joined: bool) {
    if !joined {
        let _ = inner.abort_parts(state).await;
    }
    let _ = inner.delete_all(&inner.keys_beside(state)).await;
}
