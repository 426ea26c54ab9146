//! What is told, and to whom.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use http::{HeaderValue, Method, StatusCode};
use registry_core::{Actor, ErrorCode, RepositoryName};

use super::{RequestId, TraceContext};

/// Is told what a server does.
///
/// It is called in the middle of the work, so it must be quick and must not block. Nothing it does changes an answer.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use registry_server::observe::{Finished, Observer};
///
/// #[derive(Debug, Default)]
/// struct Faults(AtomicU64);
///
/// impl Observer for Faults {
///     fn finished(&self, request: &Finished<'_>) {
///         if request.status.is_some_and(|status| status.is_server_error()) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Debug + Send + Sync + 'static {
    /// The head of a request was read; [`finished`](Self::finished) will follow for it exactly once.
    fn begun(&self) {}

    /// A request is answered, or will never be.
    fn finished(&self, request: &Finished<'_>) {
        let _ = request;
    }

    /// A connection was accepted; [`disconnected`](Self::disconnected) will follow for it exactly once.
    fn connected(&self) {}

    /// A connection has ended.
    fn disconnected(&self) {}

    /// A connection or a request was refused for reaching a limit. `limit` is the name of its setting, such as
    /// `concurrent_requests`.
    fn limited(&self, limit: &'static str) {
        let _ = limit;
    }
}

/// A request with all that became of it.
///
/// What is borrowed from the request was made by whoever sent it: escape it before it is written anywhere.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished<'a> {
    /// Its name.
    pub id: &'a RequestId,
    /// Its place in a trace.
    pub trace: &'a TraceContext,
    /// The other end of the connection; absent where the server was not told.
    pub remote: Option<SocketAddr>,
    /// Who asked; absent when nobody found out.
    pub actor: Option<&'a Actor>,
    /// Its method.
    pub method: &'a Method,
    /// Its path, still percent-encoded, without the query.
    pub path: &'a str,
    /// Which kind of endpoint it meant: see [`Route::handler`](crate::route::Route::handler); `none` when it meant none.
    pub handler: &'static str,
    /// The repository it meant, where it meant one.
    pub repository: Option<&'a RepositoryName>,
    /// Its status; absent when the client went away before there was one.
    pub status: Option<StatusCode>,
    /// The first code of the error body, where it was refused.
    pub code: Option<ErrorCode>,
    /// How many bytes of its body were read.
    pub bytes_in: u64,
    /// How many bytes of the answer's body were handed to the connection.
    pub bytes_out: u64,
    /// Whether the answer was handed to the connection to its end.
    pub complete: bool,
    /// When its head was read, by the clock of the operating system.
    pub began: SystemTime,
    /// From its head to the head of the answer.
    pub waited: Duration,
    /// From its head to the end of the answer.
    pub duration: Duration,
    /// What the client says it is.
    pub user_agent: Option<&'a HeaderValue>,
}
