//! One request under observation.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Uri};
use registry_core::{Actor, ErrorCode, RepositoryName};

use super::hex;
use super::random::random;
use super::{Finished, Observer, Observers, RequestId, TraceContext};
use crate::error::Refusal;
use crate::respond::Reply;
use crate::route::Route;

/// One request from its head to the end of its answer. However it ends, the observers are told when it is dropped.
#[derive(Debug)]
pub(crate) struct Exchange {
    observers: Observers,
    id: RequestId,
    trace: TraceContext,
    remote: Option<SocketAddr>,
    actor: Option<Actor>,
    method: Method,
    uri: Uri,
    handler: &'static str,
    repository: Option<RepositoryName>,
    status: Option<StatusCode>,
    code: Option<ErrorCode>,
    received: Option<Arc<AtomicU64>>,
    sent: u64,
    complete: bool,
    began: SystemTime,
    clock: Instant,
    waited: Option<Duration>,
    user_agent: Option<HeaderValue>,
}

impl Exchange {
    /// The head of a request is there.
    pub(crate) fn begin(observers: &Observers, parts: &Parts, remote: Option<SocketAddr>) -> Self {
        observers.begun();
        let trace = TraceContext::of(&parts.headers);
        Self {
            observers: observers.clone(),
            id: RequestId::of(&parts.headers, || {
                hex::digits((u128::from(random()) << 64) | u128::from(trace.span_id))
            }),
            trace,
            remote,
            actor: None,
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            handler: "none",
            repository: None,
            status: None,
            code: None,
            received: None,
            sent: 0,
            complete: false,
            began: SystemTime::now(),
            clock: Instant::now(),
            waited: None,
            user_agent: parts.headers.get(USER_AGENT).cloned(),
        }
    }

    /// The other end of its connection, where that is known.
    pub(crate) const fn remote(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// What counts the bytes of its body.
    pub(crate) fn counts(&mut self, received: Option<Arc<AtomicU64>>) {
        self.received = received;
    }

    /// It means this.
    pub(crate) fn means(&mut self, route: &Route) {
        self.handler = route.handler();
        if !self.observers.is_empty() {
            self.repository = route.repository().cloned();
        }
    }

    /// It is for something that is no route.
    pub(crate) fn is_for(&mut self, handler: &'static str) {
        self.handler = handler;
    }

    /// It was let through for this somebody.
    pub(crate) fn is_from(&mut self, actor: &Actor) {
        if !self.observers.is_empty() {
            self.actor = Some(actor.clone());
        }
    }

    /// It is refused.
    pub(crate) fn refused(&mut self, refusal: Refusal) -> Reply {
        self.code = refusal.code();
        refusal.identified(&self.id).into()
    }

    /// The head of its answer is ready.
    pub(crate) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
        self.waited = Some(self.clock.elapsed());
    }

    /// Its answer is over, to its end or not, after so many bytes of body.
    pub(crate) fn sent(&mut self, bytes: u64, complete: bool) {
        self.sent = bytes;
        self.complete = complete;
    }

    pub(crate) const fn id(&self) -> &RequestId {
        &self.id
    }

    /// What the log says of everything that happens on its behalf.
    pub(crate) fn span(&self) -> tracing::Span {
        // At the level of errors, so that the least of logs tells which request an error belongs to.
        tracing::error_span!("request", id = %self.id, trace = %self.trace.trace_id())
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if self.observers.is_empty() {
            return;
        }
        let duration = self.clock.elapsed();
        self.observers.finished(&Finished {
            id: &self.id,
            trace: &self.trace,
            remote: self.remote,
            actor: self.actor.as_ref(),
            method: &self.method,
            path: self.uri.path(),
            handler: self.handler,
            repository: self.repository.as_ref(),
            status: self.status,
            code: self.code,
            bytes_in: self.received.as_ref().map_or(0, |received| received.load(Ordering::Relaxed)),
            bytes_out: self.sent,
            complete: self.complete,
            began: self.began,
            waited: self.waited.unwrap_or(duration),
            duration,
            user_agent: self.user_agent.as_ref(),
        });
    }
}
