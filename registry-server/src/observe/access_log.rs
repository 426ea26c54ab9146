//! The access log.

use std::fmt::{self, Display};

use super::escaped::Escaped;
use super::{Finished, Observer};

/// Writes one line for each request: a [`tracing`] event at the level INFO with the target `registry::access`.
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
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct AccessLog;

impl AccessLog {
    /// The target of its events.
    pub const TARGET: &'static str = "registry::access";

    /// The access log.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Observer for AccessLog {
    fn finished(&self, request: &Finished<'_>) {
        // Whoever looks after the server asks every few seconds.
        if request.handler == "health" && request.status.is_some_and(|status| status.is_success()) {
            return;
        }
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
