//! What the clones of a store share.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, Range};
use std::time::{Duration, Instant};

use bytes::Bytes;
use registry_core::{Page, PageRequest};

use super::rope::Rope;
use crate::blob::object_id::ObjectId;
use crate::blob::{
    BEYOND_END, Location, UNKNOWN_LOCATION, UNKNOWN_UPLOAD, UploadToken, check_range, too_short, wrong_size,
};
use crate::{Error, Result};

/// Uploads and blobs. Every method is one step that nobody sees half of.
#[derive(Debug, Default)]
pub(super) struct State {
    uploads: HashMap<UploadToken, Upload>,
    blobs: BTreeMap<Location, Rope>,
    held: u64,
    limit: Option<u64>,
}

#[derive(Debug)]
struct Upload {
    bytes: Rope,
    /// When something was written to it last.
    written: Instant,
    /// Which append may write: the newest one. An older one that still runs finds its turn gone.
    turn: u64,
}

impl State {
    pub(super) fn with_limit(limit: u64) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }

    pub(super) const fn held(&self) -> u64 {
        self.held
    }

    pub(super) fn begin(&mut self) -> Result<UploadToken> {
        let token = UploadToken::from(ObjectId::random()?.to_string());
        self.uploads
            .insert(token.clone(), Upload { bytes: Rope::default(), written: Instant::now(), turn: 0 });
        Ok(token)
    }

    /// Drops what lies behind `offset` and answers the turn to push with.
    pub(super) fn start_append(&mut self, token: &UploadToken, offset: u64) -> Result<u64> {
        let upload = self.uploads.get_mut(token).ok_or(UNKNOWN_UPLOAD)?;
        let len = upload.bytes.len();
        if offset > len {
            return Err(BEYOND_END);
        }
        upload.bytes.truncate(offset);
        upload.turn += 1;
        upload.written = Instant::now();
        self.held -= len - offset;
        Ok(upload.turn)
    }

    /// Adds bytes to the append that began at `offset`; sets the upload back to there when they do not fit.
    pub(super) fn push(&mut self, token: &UploadToken, turn: u64, offset: u64, bytes: Bytes) -> Result<()> {
        let upload = self.uploads.get_mut(token).ok_or(UNKNOWN_UPLOAD)?;
        if upload.turn != turn {
            return Err(overtaken());
        }
        let more = bytes.len() as u64;
        if self.limit.is_some_and(|limit| self.held + more > limit) {
            self.held -= upload.bytes.len() - offset;
            upload.bytes.truncate(offset);
            return Err(Error::Full { source: "the limit of the store in memory is reached".into() });
        }
        self.held += more;
        upload.written = Instant::now();
        upload.bytes.push(bytes);
        Ok(())
    }

    pub(super) fn commit(&mut self, token: &UploadToken, size: u64) -> Result<Location> {
        let upload = self.uploads.get(token).ok_or(UNKNOWN_UPLOAD)?;
        let len = upload.bytes.len();
        if len < size {
            return Err(too_short(len, size));
        }
        let mut bytes = self.uploads.remove(token).map(|upload| upload.bytes).unwrap_or_default();
        bytes.truncate(size);
        self.held -= len - size;
        let location = Location::from(token.as_str());
        self.blobs.insert(location.clone(), bytes);
        Ok(location)
    }

    pub(super) fn abort(&mut self, token: &UploadToken) {
        if let Some(upload) = self.uploads.remove(token) {
            self.held -= upload.bytes.len();
        }
    }

    pub(super) fn stale_uploads(&self, age: Duration, limit: usize) -> Vec<UploadToken> {
        let stale = self.uploads.iter().filter(|(_, upload)| upload.written.elapsed() >= age);
        stale.take(limit).map(|(token, _)| token.clone()).collect()
    }

    pub(super) fn read(&self, location: &Location, size: u64, range: &Range<u64>) -> Result<Vec<Bytes>> {
        check_range(size, range)?;
        self.probe(location, size)?;
        Ok(self.blobs.get(location).map(|bytes| bytes.slice(range)).unwrap_or_default())
    }

    pub(super) fn probe(&self, location: &Location, size: u64) -> Result<()> {
        match self.blobs.get(location).ok_or(UNKNOWN_LOCATION)?.len() {
            found if found == size => Ok(()),
            found => Err(wrong_size(found, size)),
        }
    }

    pub(super) fn delete(&mut self, location: &Location) {
        if let Some(bytes) = self.blobs.remove(location) {
            self.held -= bytes.len();
        }
    }

    pub(super) fn list(&self, page: &PageRequest) -> Page<Location> {
        let last = page.last.as_deref().map(Location::from);
        let from = last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let ahead = self.blobs.range((from, Bound::Unbounded)).take(page.limit.saturating_add(1));
        Page::from_lookahead(ahead.map(|(location, _)| location.clone()).collect(), page.limit)
    }
}

/// What an append hears whose upload another append has taken over.
fn overtaken() -> Error {
    Error::Unavailable { retry_after: None, source: "another append of the same upload has begun".into() }
}
