//! `_registry/events/log`: what happened, in the order in which it became visible.

mod follow;
mod format;
mod page;

use http::StatusCode;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use registry_core::{Event, EventKind, RepositoryName};

use crate::api::Call;
use crate::error::{About, Refusal};
use crate::header::only;
use crate::respond::Reply;
use crate::route::{After, EventQuery, RouteError};
use format::Format;

/// The number of the event that a client has seen last (WHATWG HTML, "Server-sent events").
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Which events of the log somebody wants.
#[derive(Debug, Clone)]
struct Filter {
    /// Only those of this repository.
    repository: Option<RepositoryName>,
    /// Also those of documents, which the registry keeps for itself.
    internal: bool,
}

impl Filter {
    fn takes(&self, event: &Event) -> bool {
        let internal =
            matches!(event.kind, EventKind::DocumentPut { .. } | EventKind::DocumentDeleted { .. });
        let elsewhere = self.repository.is_some() && event.repository != self.repository;
        !elsewhere && (self.internal || !internal)
    }
}

/// A part of the log, or the log as it grows.
pub(crate) async fn event_log(
    call: &Call<'_>,
    name: Option<RepositoryName>,
    query: &EventQuery,
) -> Result<Reply, Refusal> {
    if !call.shared.event_log {
        return Err(RouteError::NotFound.into());
    }
    let format = Format::wanted(call.headers);
    let filter = Filter { repository: name, internal: query.internal };
    let after = match seen(call.headers)?.map(After::Seq).or(query.after) {
        None => 0,
        Some(After::Seq(seq)) => seq,
        Some(After::Latest) => {
            call.shared.registry.last_event().await.map_err(|e| About::Listing.refuse(e))?
        }
    };
    let reply = Reply::new(StatusCode::OK)
        .with(CONTENT_TYPE, HeaderValue::from_static(format.content_type()))
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if query.follow.unwrap_or(format == Format::ServerSent) {
        Ok(reply.with_body(follow::follow(call.shared, filter, after, query.n, format)))
    } else {
        page::page(call, reply, &filter, after, query.n, format).await
    }
}

/// The event that a client says it has seen last, when it comes back.
fn seen(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    if headers.get(LAST_EVENT_ID).is_none_or(HeaderValue::is_empty) {
        return Ok(None);
    }
    let number = only(headers, LAST_EVENT_ID).and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| Refusal::bad_header("Last-Event-ID", "it is no number of an event"))
}

impl Format {
    /// Server-sent events for whoever names them, and JSON lines for everybody else.
    fn wanted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| range.split(';').next());
        let named = ranges.any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"));
        if named { Self::ServerSent } else { Self::JsonLines }
    }
}
