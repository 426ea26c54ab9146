//! How events are written.

use bytes::{BufMut, BytesMut};
use registry_core::Event;
use serde::Serialize;

/// The two forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object in each line.
    JsonLines,
    /// Server-sent events (WHATWG HTML), whose id is the number of the event.
    ServerSent,
}

/// An event as it is sent: what the library makes of it, and the time for people.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    event: &'a Event,
    time: String,
}

impl Format {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::JsonLines => "application/x-ndjson",
            Self::ServerSent => "text/event-stream",
        }
    }

    /// What stands before the first event: how long a client is to wait before it comes back.
    pub(super) const fn greeting(self) -> &'static [u8] {
        match self {
            Self::JsonLines => b"",
            Self::ServerSent => b"retry: 1000\n\n",
        }
    }

    pub(super) fn write(self, event: &Event, into: &mut BytesMut) {
        // Strings and numbers: serialising them does not fail. JSON has no line breaks of its own.
        let json = serde_json::to_vec(&Told { event, time: event.at.to_string() }).unwrap_or_default();
        match self {
            Self::JsonLines => {
                into.put_slice(&json);
                into.put_slice(b"\n");
            }
            Self::ServerSent => {
                into.put_slice(format!("id: {}\ndata: ", event.seq).as_bytes());
                into.put_slice(&json);
                into.put_slice(b"\n\n");
            }
        }
    }

    /// A sign of life that is no event. Server-sent events also note that everything up to `position` was looked
    /// through, so that a client that comes back begins there.
    pub(super) fn write_heartbeat(self, position: u64, into: &mut BytesMut) {
        match self {
            Self::JsonLines => into.put_slice(b"\n"),
            Self::ServerSent => into.put_slice(format!(": alive\nid: {position}\n\n").as_bytes()),
        }
    }
}
