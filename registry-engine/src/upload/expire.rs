//! Ending sessions that nobody goes on with.

use std::collections::HashSet;
use std::time::Duration;

use registry_core::{Actor, PageRequest, Timestamp};
use registry_storage::Require;
use registry_storage::metadata::{UploadId, UploadRecord};

use crate::lease::Term;
use crate::{Error, Registry, Result};

/// How many sessions are looked at in one step.
const PAGE: usize = 500;
/// How many bytes without a session are given back in one step.
const ORPHANS: usize = 1_000;

/// What was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Expired {
    /// How many sessions were ended.
    pub sessions: u64,
    /// How many uploads were found of which no session tells, left by a crash or by a client that went away.
    pub orphans: u64,
}

impl Registry {
    /// Ends the upload sessions that did not go on for as long as the settings say, and gives their bytes back; with
    /// them those of uploads that no session tells of.
    ///
    /// To be called now and then, in one process or in many. A session that a request of this process is using is left
    /// alone however old it is, and so is one that another process has gone on with meanwhile.
    ///
    /// # Errors
    /// When a store fails. What was ended before stays ended.
    ///
    /// # Cancel safety
    /// Each session is there or not; bytes may be left for the next call.
    pub async fn expire_uploads(&self) -> Result<Expired> {
        self.expire_uploads_if(None).await
    }

    /// As [`expire_uploads`](Self::expire_uploads), by whoever holds the lease of doing so: no session is ended any more once
    /// the term is over. Bytes that no session tells of anybody may give back.
    ///
    /// # Errors
    /// When a store fails. What was ended before stays ended.
    ///
    /// # Cancel safety
    /// Each session is there or not; bytes may be left for the next call.
    pub async fn expire_uploads_in(&self, term: &Term) -> Result<Expired> {
        self.expire_uploads_if(Some(&term.fence())).await
    }

    async fn expire_uploads_if(&self, fence: Option<&Require>) -> Result<Expired> {
        let sessions = self.expire_sessions(fence).await?;
        let orphans = self.discard_orphans(self.inner.settings().upload_expiry).await?;
        Ok(Expired { sessions, orphans })
    }

    async fn expire_sessions(&self, fence: Option<&Require>) -> Result<u64> {
        let mut ended = 0;
        let mut page = PageRequest::first(PAGE);
        loop {
            let records = self.inner.metadata.uploads(&page).await?;
            let now = self.inner.clock.now();
            for record in records.items.iter().filter(|record| self.has_expired(record, now)) {
                ended += u64::from(self.expire(record.id, fence).await?);
            }
            match records.items.last() {
                Some(last) if records.more => page = PageRequest::after(last.id.to_string(), PAGE),
                _ => return Ok(ended),
            }
        }
    }

    fn has_expired(&self, record: &UploadRecord, now: Timestamp) -> bool {
        record.updated.saturating_add(self.inner.settings().upload_expiry) <= now
    }

    /// Ends the session, unless it is in use or has gone on.
    async fn expire(&self, id: UploadId, fence: Option<&Require>) -> Result<bool> {
        let Ok(_pass) = self.inner.gates.enter(id, Duration::ZERO).await else { return Ok(false) };
        let Some(record) = self.inner.metadata.upload(&id).await? else { return Ok(false) };
        if !self.has_expired(&record, self.inner.clock.now()) {
            return Ok(false);
        }
        match self.repository(record.repository.clone()).end_if(&Actor::anonymous(), &record, fence).await {
            Ok(()) => {}
            Err(Error::Busy | Error::UploadUnknown { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
        // Bytes that cannot be given back now are found among the orphans later.
        let _ = self.inner.blobs.abort(&record.token).await;
        Ok(true)
    }

    /// Gives bytes back that no session tells of and that nobody wrote to for so long.
    async fn discard_orphans(&self, age: Duration) -> Result<u64> {
        // Those of sessions that are in use may be among the stale ones, and must not crowd out the others.
        let known = self.tokens().await?.len();
        let stale = self.inner.blobs.stale_uploads(age, known.saturating_add(ORPHANS)).await?;
        if stale.is_empty() {
            return Ok(0);
        }
        // Looked up anew: whoever began an upload so long ago has told the metadata by now.
        let known = self.tokens().await?;
        let mut discarded = 0;
        for token in stale.iter().filter(|token| !known.contains(token.name())) {
            self.inner.blobs.abort(token).await?;
            discarded += 1;
        }
        Ok(discarded)
    }

    /// The names of the bytes of all sessions. What else their tokens hold may have changed meanwhile.
    async fn tokens(&self) -> Result<HashSet<String>> {
        let mut tokens = HashSet::new();
        let mut page = PageRequest::first(PAGE);
        loop {
            let records = self.inner.metadata.uploads(&page).await?;
            let last = records.items.last().map(|record| record.id.to_string());
            tokens.extend(records.items.iter().map(|record| record.token.name().to_owned()));
            match last {
                Some(last) if records.more => page = PageRequest::after(last, PAGE),
                _ => return Ok(tokens),
            }
        }
    }
}
