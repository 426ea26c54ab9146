//! Setting an upload back.

use futures_util::StreamExt;

use super::append;
use super::commit::settle_parts;
use super::inner::Inner;
use super::layout::Beside;
use super::read;
use super::state::{State, length, truncated};
use crate::blob::object_id::ObjectId;
use crate::blob::{BEYOND_END, Durability};
use crate::{BoxError, Result};

/// The state at an earlier offset, or at the end.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when the offset lies beyond the end; when the service fails.
pub(super) async fn rewind(inner: &Inner, mut state: State, offset: u64) -> Result<State> {
    if offset > state.len() {
        return Err(BEYOND_END);
    }
    if offset == state.len() {
        return Ok(state);
    }
    let objects: Vec<_> = state.tail_objects().collect();
    if offset >= state.tail_start() {
        state.tail = truncated(&state.tail, offset - state.tail_start());
    } else if let Some((parts, tail)) = at_hand(&state, offset) {
        if let Some(multipart) = &mut state.multipart {
            multipart.parts.truncate(parts);
        }
        state.tail = tail;
        state.before = None;
    } else {
        return anew(inner, state, offset).await;
    }
    let kept: Vec<_> = state.tail_objects().collect();
    state.gone.extend(objects.into_iter().filter(|id| !kept.contains(id)));
    Ok(state)
}

/// How many parts and which tail make up the first `offset` bytes, where that can be had without reading.
fn at_hand(state: &State, offset: u64) -> Option<(usize, Vec<super::state::Segment>)> {
    let parts = usize::try_from(offset / state.part_size).ok()?;
    if offset.is_multiple_of(state.part_size) {
        return Some((parts, Vec::new()));
    }
    let before = state.before.as_ref().filter(|before| before.parts == parts)?;
    let wanted = offset % state.part_size;
    (wanted <= length(&before.tail)).then(|| (parts, truncated(&before.tail, wanted)))
}

/// An offset in the middle of a part: parts cannot be read before they are an object. So they are made one, which is
/// read into a new multipart upload, and removed. The new one has another key: a late request to remove the object, or
/// for its parts, must not meet what is made later.
async fn anew(inner: &Inner, mut state: State, offset: u64) -> Result<State> {
    let parts = usize::try_from(offset.div_ceil(state.part_size)).unwrap_or(usize::MAX);
    let mut fresh = State::new(state.id, state.part_size);
    fresh.key = Some(ObjectId::random()?);
    fresh.gone = state.tail_objects().chain(state.gone.iter().copied()).collect();
    let Some(multipart) = &mut state.multipart else { return Ok(fresh) };
    multipart.parts.truncate(parts);
    state.tail.clear();
    let (key, size) = (inner.layout.blob(state.blob()), state.tail_start());
    settle_parts(inner, &key, &state).await?;
    let markers = state.multipart.iter().flat_map(|multipart| &multipart.marker).copied().map(Beside::Marker);
    let markers =
        markers.chain(state.own_key().map(Beside::Key)).map(|what| inner.layout.beside(state.id, what));
    inner.delete_all(&markers.collect::<Vec<_>>()).await?;
    let read = read::open(inner, &key, size, 0..offset).await?;
    let body = read.map(|piece| piece.map_err(BoxError::from)).boxed();
    let kept = append::append(inner, fresh, body, Durability::OnReturn).await?;
    inner.service.delete(&key).await?;
    match kept.interrupted {
        None => Ok(kept.state),
        Some(source) => Err(crate::Error::Unavailable { retry_after: None, source }),
    }
}
