//! Answers to what could not be read as a request.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode};
use registry_core::ErrorCode;

use super::{Finished, Observer, Observers, RequestId, TraceContext};

/// What stands for a method or a path that nobody could read.
const NONE: &str = "-";

/// An answer to what could not be read as a request, given below whatever handles requests.
#[derive(Debug)]
pub(crate) struct Unread<'a> {
    pub(crate) id: &'a RequestId,
    pub(crate) remote: SocketAddr,
    /// Whether it began as a `HEAD`.
    pub(crate) head: bool,
    pub(crate) status: StatusCode,
    pub(crate) code: Option<ErrorCode>,
    /// Bytes of the body.
    pub(crate) sent: u64,
    /// Since its first byte.
    pub(crate) duration: Duration,
}

impl Unread<'_> {
    /// Tells the observers, as of a request.
    pub(crate) fn tell(&self, observers: &Observers) {
        let unknown = || Method::from_bytes(NONE.as_bytes()).unwrap_or_default();
        let method = if self.head { Method::HEAD } else { unknown() };
        observers.begun();
        observers.finished(&Finished {
            id: self.id,
            trace: &TraceContext::of(&HeaderMap::new()),
            remote: Some(self.remote),
            actor: None,
            method: &method,
            path: NONE,
            handler: "none",
            repository: None,
            status: Some(self.status),
            code: self.code,
            bytes_in: 0,
            bytes_out: self.sent,
            complete: true,
            began: SystemTime::now() - self.duration,
            waited: self.duration,
            duration: self.duration,
            user_agent: None,
        });
    }
}
