//! Committed blobs in order, and uploads that nobody goes on with.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use registry_core::{Page, PageRequest, Timestamp};

use super::inner::Inner;
use super::layout::{Beside, location};
use super::state::{Multipart, State};
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, UploadToken};
use crate::{Error, Result};

/// How many multipart uploads are looked at in one call.
const UPLOADS: usize = 10_000;

/// One page of blobs.
pub(super) async fn list(inner: &Inner, page: &PageRequest) -> Result<Page<Location>> {
    let prefix = inner.layout.blobs();
    let last = page.last.as_deref().unwrap_or_default();
    let wanted = page.limit.saturating_add(1);
    let mut found = Vec::new();
    let mut token = None;
    if page.limit == 0 {
        return Ok(Page::from_lookahead(Vec::new(), 0));
    }
    loop {
        let after = (token.is_none() && !last.is_empty()).then(|| format!("{prefix}{}", plain(last)));
        let room = wanted - found.len();
        let (objects, next) = inner.service.list(&prefix, after, token, room).await?;
        let ids = objects.iter().filter_map(|object| inner.layout.blob_of(object.location.as_ref()));
        found.extend(ids.map(location).filter(|text| text.as_str() > last));
        token = next;
        if token.is_none() || found.len() >= wanted {
            break;
        }
    }
    // Some services give more than was asked for.
    found.truncate(wanted);
    Ok(Page::from_lookahead(found.into_iter().map(Location::from).collect(), page.limit))
}

/// The longest beginning of a position that may stand in a request: what orders behind it orders behind the position,
/// or is left out afterwards.
fn plain(position: &str) -> &str {
    let end = position.find(|character: char| !character.is_ascii_hexdigit() && character != '/');
    &position[..end.unwrap_or(position.len())]
}

/// What is known of an upload from what lies about.
#[derive(Debug, Default)]
struct Traces {
    fresh: bool,
    multipart: Option<Multipart>,
    markers: Vec<ObjectId>,
    key: Option<ObjectId>,
    tails: Vec<ObjectId>,
}

/// At most `limit` uploads of which nothing is younger than `age`.
pub(super) async fn stale_uploads(inner: &Inner, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
    let Some(before) = SystemTime::now().checked_sub(age) else { return Ok(Vec::new()) };
    let before = before.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut uploads: BTreeMap<ObjectId, Traces> = BTreeMap::new();
    multiparts(inner, before, &mut uploads).await?;
    objects(inner, before, &mut uploads).await?;
    renamed(&mut uploads);
    let mut stale = Vec::new();
    for (id, mut traces) in uploads.into_iter().filter(|(_, traces)| !traces.fresh).take(limit) {
        let marker = traces.key.map(Beside::Key).or(traces.markers.first().copied().map(Beside::Marker));
        if let (None, Some(marker)) = (&traces.multipart, marker) {
            traces.multipart = named(inner, id, marker).await?;
        }
        if let Some(multipart) = &mut traces.multipart {
            multipart.marker.clone_from(&traces.markers);
        }
        let mut state = State::new(id, 1);
        state.key = traces.key;
        state.multipart = traces.multipart;
        state.gone = traces.tails;
        stale.push(state.into_token());
    }
    Ok(stale)
}

/// Multipart uploads that the service lists.
async fn multiparts(inner: &Inner, before: Duration, uploads: &mut BTreeMap<ObjectId, Traces>) -> Result<()> {
    if !inner.conditions.lists_uploads {
        return Ok(());
    }
    for listed in inner.service.dialect.uploads(&inner.layout.blobs(), UPLOADS).await? {
        let Some(id) = inner.layout.blob_of(&listed.key) else { continue };
        // What has no date that can be read is taken for fresh.
        let begun = listed.initiated.parse().map_or(u64::MAX, Timestamp::as_micros);
        let traces = uploads.entry(id).or_default();
        traces.fresh |= u128::from(begun) > before.as_micros();
        traces.multipart = Some(multipart(listed.upload_id));
    }
    Ok(())
}

/// Objects beside uploads.
async fn objects(inner: &Inner, before: Duration, uploads: &mut BTreeMap<ObjectId, Traces>) -> Result<()> {
    let mut token = None;
    loop {
        let (objects, next) = inner.service.list(&inner.layout.uploads(), None, token, 1000).await?;
        for object in objects {
            let Some((id, what)) = inner.layout.beside_of(object.location.as_ref()) else { continue };
            let written = u128::try_from(object.last_modified.timestamp_micros()).unwrap_or(u128::MAX);
            let traces = uploads.entry(id).or_default();
            traces.fresh |= written > before.as_micros();
            match what {
                Beside::Tail(name) => traces.tails.push(name),
                Beside::Marker(name) => traces.markers.push(name),
                Beside::Key(blob) => traces.key = Some(blob),
                Beside::Claim(_) => {}
            }
        }
        token = next;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Gives multipart uploads that make a blob of another name to the uploads that they are of.
fn renamed(uploads: &mut BTreeMap<ObjectId, Traces>) {
    let keys: Vec<_> = uploads.iter().filter_map(|(id, traces)| Some((*id, traces.key?))).collect();
    for (id, key) in keys {
        let found = uploads.remove(&key);
        if let (Some(found), Some(traces)) = (found, uploads.get_mut(&id)) {
            traces.fresh |= found.fresh;
            traces.multipart = found.multipart;
        }
    }
}

/// The multipart upload that a marker names.
async fn named(inner: &Inner, id: ObjectId, marker: Beside) -> Result<Option<Multipart>> {
    match inner.service.get_small(&inner.layout.beside(id, marker), None).await {
        Ok(pieces) => Ok(String::from_utf8(pieces.concat()).ok().map(multipart)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

const fn multipart(upload: String) -> Multipart {
    Multipart { upload, next: 1, parts: Vec::new(), marker: Vec::new() }
}
