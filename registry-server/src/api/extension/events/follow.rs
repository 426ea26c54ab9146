//! The log as it grows.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use registry_engine::{BoxError, Follower};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Filter, Format};
use crate::body::Body;
use crate::server::Shared;

/// How many events are read and sent in one go.
const STEP: usize = 200;

/// What is on its way to somebody who follows the log.
struct Tail {
    follower: Follower,
    filter: Filter,
    format: Format,
    draining: watch::Receiver<bool>,
    heartbeat: Duration,
    /// When a sign of life is due.
    due: Instant,
    /// How many events are still wanted, where the client said so.
    left: Option<usize>,
    greeted: bool,
}

/// The events behind `after` that are wanted, and those that come: until the client goes, `n` of them were sent, or the
/// server is told to stop.
///
/// An event is read only when the one before was taken, so a slow client costs no memory; it may read on where it was
/// at any later time.
pub(super) fn follow(shared: &Shared, filter: Filter, after: u64, n: Option<usize>, format: Format) -> Body {
    let tail = Tail {
        follower: shared.registry.follow(after),
        filter,
        format,
        draining: shared.draining.subscribe(),
        heartbeat: shared.heartbeat,
        due: Instant::now() + shared.heartbeat,
        left: n,
        greeted: format.greeting().is_empty(),
    };
    Body::open(stream::try_unfold(tail, |mut tail| async move {
        Ok(tail.next().await?.map(|chunk| (chunk, tail)))
    }))
}

impl Tail {
    /// What to send next; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, BoxError> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Ok(Some(Bytes::from_static(self.format.greeting())));
        }
        let mut chunk = BytesMut::new();
        while chunk.is_empty() {
            if self.left == Some(0) {
                return Ok(None);
            }
            let drained = async { drop(self.draining.wait_for(|draining| *draining).await) };
            tokio::select! {
                biased;
                () = drained => return Ok(None),
                () = tokio::time::sleep_until(self.due) => {
                    self.format.write_heartbeat(self.follower.position(), &mut chunk);
                }
                events = self.follower.next(STEP) => self.write(&events?, &mut chunk),
            }
        }
        self.due = Instant::now() + self.heartbeat;
        Ok(Some(chunk.freeze()))
    }

    fn write(&mut self, events: &[registry_core::Event], chunk: &mut BytesMut) {
        for event in events.iter().filter(|event| self.filter.takes(event)) {
            if let Some(left) = &mut self.left {
                let Some(rest) = left.checked_sub(1) else { return };
                *left = rest;
            }
            self.format.write(event, chunk);
        }
    }
}
