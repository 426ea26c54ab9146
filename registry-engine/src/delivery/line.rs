//! The deliveries to one endpoint.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use registry_core::{Event, EventKind};
use registry_storage::Require;
use tokio::sync::watch;

use super::backoff::jittered;
use super::cursor::{Cursor, Saved};
use super::{BREATH, Delivery, Endpoint, EndpointState, EndpointStatus, EventBatch};
use crate::{Follower, Registry, Result};

/// How many events that are not wanted are passed by before it is noted how far that went. Every note is an event of
/// its own, which all endpoints pass by.
const PASSED: u64 = 10_000;

/// One endpoint with what is known about it.
#[derive(Debug)]
pub(super) struct Line {
    registry: Registry,
    endpoint: Endpoint,
    known: Mutex<Known>,
}

/// What is told about an endpoint.
#[derive(Debug)]
struct Known {
    state: EndpointState,
    cursor: u64,
    position: u64,
    delivered: u64,
    failures: u32,
    last_error: Option<String>,
    next_try: Option<registry_core::Timestamp>,
}

/// What is on its way.
struct Run<'a> {
    line: &'a Line,
    instance: String,
    cursor: Cursor,
    follower: Follower,
    /// Events that are wanted and were not taken yet.
    pending: VecDeque<Event>,
    stop: watch::Receiver<bool>,
    /// What everything that is noted depends on.
    fence: Option<Require>,
    /// Somebody else does this now.
    is_over: bool,
}

impl Line {
    pub(super) const fn new(registry: Registry, endpoint: Endpoint) -> Self {
        let known = Known {
            state: EndpointState::Stopped,
            cursor: 0,
            position: 0,
            delivered: 0,
            failures: 0,
            last_error: None,
            next_try: None,
        };
        Self { registry, endpoint, known: Mutex::new(known) }
    }

    pub(super) fn name(&self) -> &str {
        &self.endpoint.name
    }

    pub(super) fn status(&self, newest: u64) -> EndpointStatus {
        let known = self.known();
        EndpointStatus {
            name: self.endpoint.name.clone(),
            place: self.endpoint.sink.place(),
            state: known.state,
            cursor: known.cursor,
            lag: newest.saturating_sub(known.position),
            delivered: known.delivered,
            failures: known.failures,
            last_error: known.last_error.clone(),
            next_try: known.next_try,
        }
    }

    /// The cursor, which is made where there is none.
    pub(super) async fn prepare(&self) -> Result<Cursor> {
        loop {
            let cursor = match Cursor::load(&self.registry, self.name()).await? {
                Some(cursor) => Some(cursor),
                None => {
                    let newest = self.registry.last_event().await?;
                    let after = if self.endpoint.from_beginning { 0 } else { newest };
                    match Cursor::new(after).save(&self.registry, self.name(), after, None).await? {
                        Saved::Kept(cursor) => Some(cursor),
                        Saved::Moved | Saved::FencedOut => None,
                    }
                }
            };
            // Another process may have made it in between.
            let Some(cursor) = cursor else { continue };
            let mut known = self.known();
            // Who delivers knows better.
            if known.state == EndpointState::Stopped {
                (known.cursor, known.position) = (cursor.after, cursor.after);
            }
            return Ok(cursor);
        }
    }

    /// Delivers until told to stop, or until the fence holds no more; answers whether it is that.
    pub(super) async fn run(&self, stop: watch::Receiver<bool>, fence: Option<Require>) -> bool {
        let _stopped = Stopped(self);
        let mut stopping = stop.clone();
        let Some(mut run) = self.begin(&mut stopping, stop, fence).await else { return false };
        self.known().state = EndpointState::Active;
        while run.step().await {}
        run.is_over
    }

    /// Looks up how far it is, unless that is known better because it is being delivered to.
    pub(super) async fn look(&self) -> Result<()> {
        if self.known().state == EndpointState::Stopped
            && let Some(cursor) = Cursor::load(&self.registry, self.name()).await?
        {
            let mut known = self.known();
            if known.state == EndpointState::Stopped {
                (known.cursor, known.position) = (cursor.after, cursor.position());
            }
        }
        Ok(())
    }

    async fn begin(
        &self,
        stopping: &mut watch::Receiver<bool>,
        stop: watch::Receiver<bool>,
        fence: Option<Require>,
    ) -> Option<Run<'_>> {
        loop {
            let found =
                async { Ok::<_, crate::Error>((self.registry.instance().await?, self.prepare().await?)) };
            if let Ok((instance, cursor)) = found.await {
                let follower = self.registry.follow(cursor.after);
                let pending = VecDeque::new();
                let line = self;
                return Some(Run { line, instance, cursor, follower, pending, stop, fence, is_over: false });
            }
            self.known().last_error = Some("store".to_owned());
            if !waited(stopping, BREATH).await {
                return None;
            }
        }
    }

    /// Nothing that is done with the guard panics.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    /// One step; answers whether there is a next.
    async fn step(&mut self) -> bool {
        if *self.stop.borrow() || self.is_over {
            return false;
        }
        if self.pending.is_empty() { self.look().await } else { self.deliver().await }
    }

    /// Waits for events, and keeps those that are wanted.
    async fn look(&mut self) -> bool {
        let mut stop = self.stop.clone();
        let stopped = async { drop(stop.wait_for(|stop| *stop).await) };
        let events = tokio::select! {
            () = stopped => return false,
            events = self.follower.next(self.line.endpoint.batch) => events,
        };
        let Ok(events) = events else {
            self.line.known().last_error = Some("store".to_owned());
            return waited(&mut self.stop, BREATH).await;
        };
        let sink = &self.line.endpoint.sink;
        self.pending.extend(events.into_iter().filter(|event| !is_internal(event) && sink.wants(event)));
        if self.pending.is_empty() {
            self.line.known().position = self.follower.position();
            if self.follower.position() - self.cursor.after >= PASSED {
                self.save(self.follower.position()).await;
            }
        }
        true
    }

    /// Delivers what is pending, or one event of it while the endpoint is failing: a batch that is refused because of
    /// its size, or of one event in it, gets through as far as it can.
    async fn deliver(&mut self) -> bool {
        let failing = self.line.known().failures > 0;
        let count = if failing { 1 } else { self.pending.len() };
        let events: Vec<Event> = self.pending.iter().take(count).cloned().collect();
        let batch = EventBatch::new(&self.instance, &events);
        match self.line.endpoint.sink.deliver(&batch).await {
            Delivery::Taken => {
                self.pending.drain(..count);
                let last = events.last().map_or(0, |event| event.seq);
                let position = if self.pending.is_empty() { self.follower.position() } else { last };
                self.taken(position, count as u64).await;
                true
            }
            Delivery::Later { retry_after, reason } => {
                let backoff = self.line.endpoint.backoff;
                let wait = backoff.after(self.line.known().failures + 1);
                let asked = retry_after.unwrap_or_default().min(backoff.longest());
                self.failed(reason, wait == backoff.longest(), jittered(wait).max(asked)).await
            }
            Delivery::Refused { reason } => {
                self.failed(reason, true, jittered(self.line.endpoint.backoff.longest())).await
            }
        }
    }

    async fn taken(&mut self, position: u64, count: u64) {
        {
            let mut known = self.line.known();
            known.delivered += count;
            (known.state, known.failures, known.next_try) = (EndpointState::Active, 0, None);
            known.position = position;
        }
        self.save(position).await;
    }

    /// Waits until it is time to try again; answers whether it is.
    async fn failed(&mut self, reason: String, held: bool, wait: Duration) -> bool {
        {
            let mut known = self.line.known();
            known.state = if held { EndpointState::Held } else { EndpointState::Retrying };
            known.failures = known.failures.saturating_add(1);
            known.last_error = Some(reason);
            known.next_try = Some(self.line.registry.now().saturating_add(wait));
        }
        waited(&mut self.stop, wait).await
    }

    /// Notes how far the endpoint is. Where that fails it is made good with the next note; until then only more would
    /// be delivered again than need be.
    async fn save(&mut self, after: u64) {
        let (registry, name) = (&self.line.registry, self.line.name());
        match self.cursor.save(registry, name, after, self.fence.as_ref()).await {
            Ok(Saved::Kept(cursor)) => self.cursor = cursor,
            Ok(Saved::Moved) => self.meet_another().await,
            Ok(Saved::FencedOut) => self.is_over = true,
            Err(_) => self.line.known().last_error = Some("store".to_owned()),
        }
        self.line.known().cursor = self.cursor.after;
    }

    /// Somebody else delivers to the same endpoint: go on where the one that is further is.
    async fn meet_another(&mut self) {
        match Cursor::load(&self.line.registry, self.line.name()).await {
            Ok(Some(theirs)) => {
                self.cursor = theirs;
                if theirs.after > self.follower.position() {
                    self.follower.seek(theirs.after);
                }
                self.pending.retain(|event| event.seq > theirs.after);
            }
            Ok(None) => self.cursor = Cursor::new(self.cursor.after),
            Err(_) => self.line.known().last_error = Some("store".to_owned()),
        }
    }
}

/// Tells that nothing is delivered any more, also when a run is dropped.
struct Stopped<'a>(&'a Line);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let mut known = self.0.known();
        (known.state, known.next_try) = (EndpointState::Stopped, None);
    }
}

/// Whether the wait is over; no when it is time to stop.
async fn waited(stop: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    let stopped = async { drop(stop.wait_for(|stop| *stop).await) };
    tokio::time::timeout(wait, stopped).await.is_err()
}

/// What the registry keeps for itself, the cursors of deliveries among it.
const fn is_internal(event: &Event) -> bool {
    matches!(event.kind, EventKind::DocumentPut { .. } | EventKind::DocumentDeleted { .. })
}
