//! The access log.

mod line;

use std::cell::RefCell;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;

use tracing::Level;

use self::line::Scratch;
use super::escaped::Escaped;
use super::{Finished, Observer};

/// Writes one line for each request: a [`tracing`] event at the level INFO with the target `registry::access`, or, where
/// somebody [takes lines](Self::lines), the line that `tracing-subscriber` would make of it.
///
/// | field | what |
/// |---|---|
/// | `request_id` | the name of the request |
/// | `trace_id` | the trace it belongs to, 32 hexadecimal digits |
/// | `remote` | address and port of the other end of the connection; `-` when it is not known |
/// | `actor` | who asked; `-` when nobody found out |
/// | `method` | at most 32 bytes |
/// | `handler` | which kind of endpoint: see [`Route::handler`](crate::route::Route::handler) |
/// | `path` | without the query, which may hold secrets; at most 512 bytes |
/// | `status` | 0 when the client went away before there was one |
/// | `code` | the error code; `-` when there is none |
/// | `bytes_in`, `bytes_out` | bytes of the two bodies |
/// | `complete` | whether the answer was handed over to its end |
/// | `milliseconds` | from the head of the request to the end of the answer |
/// | `user_agent` | at most 256 bytes; `-` when there is none |
///
/// Questions about the health of the server come into it only when the answer is no.
///
/// Texts that a client made are written in visible ASCII: any other byte, quotes and backslashes as `\x0a`. No header
/// but `User-Agent`, `X-Request-Id` and `traceparent` comes into the log.
#[derive(Debug, Clone, Default)]
pub struct AccessLog {
    lines: Option<(LineFormat, Arc<dyn LineSink>)>,
}

/// How a line of the access log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineFormat {
    /// For people: `2026-11-21T13:05:11.204512Z  INFO registry::access: request_id="…" …`.
    Text,
    /// A JSON object: `{"timestamp":"2026-11-21T13:05:11.204512Z","level":"INFO","request_id":"…",…}`.
    Json,
}

/// Takes the lines of an access log.
///
/// It is called in the middle of the work, so it must be quick and must not block.
pub trait LineSink: Debug + Send + Sync + 'static {
    /// Takes a line with its end.
    fn line(&self, line: &[u8]);
}

impl AccessLog {
    /// The target of its events.
    pub const TARGET: &'static str = "registry::access";

    /// The access log as events of [`tracing`].
    #[must_use]
    pub const fn new() -> Self {
        Self { lines: None }
    }

    /// The access log as lines, which takes a fifth of the time. Lines are made as long as events with this target and
    /// level are [enabled](tracing::enabled).
    #[must_use]
    pub fn lines(format: LineFormat, sink: Arc<dyn LineSink>) -> Self {
        Self { lines: Some((format, sink)) }
    }
}

impl Observer for AccessLog {
    fn finished(&self, request: &Finished<'_>) {
        // Whoever looks after the server asks every few seconds.
        if request.handler == "health" && request.status.is_some_and(|status| status.is_success()) {
            return;
        }
        match &self.lines {
            None => event(request),
            Some((format, sink)) if tracing::enabled!(target: AccessLog::TARGET, Level::INFO) => {
                write(*format, &**sink, request);
            }
            Some(_) => {}
        }
    }
}

fn write(format: LineFormat, sink: &dyn LineSink, request: &Finished<'_>) {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    // It is there until its thread ends, and nobody who takes a line makes another.
    let _ = SCRATCH.try_with(|scratch| {
        if let Ok(mut scratch) = scratch.try_borrow_mut() {
            sink.line(scratch.line(format, request));
        }
    });
}

fn event(request: &Finished<'_>) {
    let milliseconds = request.duration.as_secs_f64() * 1e3;
    tracing::info!(
        target: AccessLog::TARGET,
        request_id = request.id.as_str(),
        trace_id = %request.trace.trace_id(),
        remote = %OrDash(request.remote),
        actor = %OrDash(request.actor.map(|actor| Escaped::new(actor.as_str().as_bytes(), 256))),
        method = %Escaped::new(request.method.as_str().as_bytes(), 32),
        handler = request.handler,
        path = %Escaped::new(request.path.as_bytes(), 512),
        status = request.status.map_or(0, |status| status.as_u16()),
        code = %OrDash(request.code),
        bytes_in = request.bytes_in,
        bytes_out = request.bytes_out,
        complete = request.complete,
        milliseconds = (milliseconds * 1e3).round() / 1e3,
        user_agent = %OrDash(request.user_agent.map(|value| Escaped::new(value.as_bytes(), 256))),
    );
}

struct OrDash<T>(Option<T>);

impl<T: Display> Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("-"),
        }
    }
}
