//! A part of the log.

use bytes::BytesMut;

use super::{Filter, Format};
use crate::api::Call;
use crate::api::listing::{limit, linked};
use crate::body::Body;
use crate::error::{About, Refusal};
use crate::respond::Reply;

/// How many events are told when the client does not say how many it wants, and the most that it gets at once.
const PAGE: usize = 1000;
/// How many events are looked through at most for one page of those that are wanted.
const SCANNED: usize = 50_000;

/// At most `n` of the events that are wanted, and a link to what follows.
pub(super) async fn page(
    call: &Call<'_>,
    reply: Reply,
    filter: &Filter,
    after: u64,
    n: Option<usize>,
    format: Format,
) -> Result<Reply, Refusal> {
    let limit = limit(call, Some(n.unwrap_or(PAGE))).min(PAGE);
    let mut lines = BytesMut::new();
    let (mut at, mut found, mut scanned, mut more) = (after, 0, 0, limit > 0);
    while more && found < limit && scanned < SCANNED {
        let step = if filter.repository.is_some() { PAGE } else { (limit - found + 1).min(PAGE) };
        let events = call.shared.registry.events(at, step).await;
        let events = events.map_err(|e| About::Listing.refuse(e))?;
        more = events.len() == step;
        for event in &events {
            if found == limit {
                more = true;
                break;
            }
            (at, scanned) = (event.seq, scanned + 1);
            if filter.takes(event) {
                found += 1;
                format.write(event, &mut lines);
            }
        }
    }
    let scope = filter.repository.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
    let internal = if filter.internal { "&internal=true" } else { "" };
    let link = more.then(|| format!("/v2/{scope}_registry/events/log?after={at}&n={limit}{internal}"));
    Ok(linked(reply.with_body(Body::full(lines.freeze())), link))
}
