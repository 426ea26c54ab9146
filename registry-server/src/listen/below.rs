//! Answers that are given below whatever handles requests.

use std::net::SocketAddr;
use std::time::Duration;

use crate::error::Refusal;
use crate::observe::{Observers, Unread};

/// Gives the answers of one connection that are given below whatever handles requests, and tells the observers.
#[derive(Debug, Clone)]
pub(super) struct Below {
    observers: Observers,
    remote: SocketAddr,
}

impl Below {
    pub(super) const fn new(observers: Observers, remote: SocketAddr) -> Self {
        Self { observers, remote }
    }

    /// The answer as it goes over the wire, without its body where the request is a `HEAD`; `duration` is since the first
    /// byte of the request.
    pub(super) fn answer(&self, refusal: Refusal, head: bool, duration: Duration) -> Vec<u8> {
        let raw = refusal.into_raw(head);
        let (status, code) = (raw.status, raw.code);
        Unread { id: &raw.id, remote: self.remote, head, status, code, sent: raw.sent, duration }
            .tell(&self.observers);
        raw.bytes
    }
}
