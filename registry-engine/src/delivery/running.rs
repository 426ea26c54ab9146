//! Which endpoints are being delivered to, while that changes.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use registry_storage::Require;
use tokio::sync::watch;

use super::line::Line;

/// Delivers to the endpoints that there are at each time, until `shutdown` is done, or the fence holds no more, and what is
/// under way has ended.
pub(super) async fn run(
    mut lines: watch::Receiver<Vec<Arc<Line>>>,
    shutdown: impl Future<Output = ()>,
    fence: Option<Require>,
) {
    let mut shutdown = pin!(shutdown);
    let mut running = Running { fence, ..Running::default() };
    let mut open = true;
    loop {
        let wanted = if open { lines.borrow_and_update().clone() } else { Vec::new() };
        running.adjust(&wanted);
        if !open && running.runs.is_empty() {
            return;
        }
        tokio::select! {
            () = &mut shutdown, if open => open = false,
            Ok(()) = lines.changed(), if open => {}
            Some(is_over) = running.next() => open &= !is_over,
        }
    }
}

/// Deliveries under way.
#[derive(Default)]
struct Running {
    runs: FuturesUnordered<BoxFuture<'static, (Arc<Line>, bool)>>,
    /// What ends each of them.
    stops: Vec<(Arc<Line>, watch::Sender<bool>)>,
    fence: Option<Require>,
}

impl Running {
    /// Begins what is wanted, and tells the rest to end.
    fn adjust(&mut self, wanted: &[Arc<Line>]) {
        for (line, stop) in &self.stops {
            if !wanted.iter().any(|other| Arc::ptr_eq(line, other)) {
                stop.send_replace(true);
            }
        }
        for line in wanted {
            // One of the same name is waited for until it has ended: two would tell the same events.
            if self.stops.iter().any(|(other, _)| other.name() == line.name()) {
                continue;
            }
            let (stop, stopping) = watch::channel(false);
            self.stops.push((Arc::clone(line), stop));
            let (line, fence) = (Arc::clone(line), self.fence.clone());
            self.runs.push(Box::pin(async move {
                let is_over = line.run(stopping, fence).await;
                (line, is_over)
            }));
        }
    }

    /// Waits until one has ended, and answers whether the fence holds no more; nothing when there is none.
    async fn next(&mut self) -> Option<bool> {
        let (ended, is_over) = self.runs.next().await?;
        self.stops.retain(|(line, _)| !Arc::ptr_eq(line, &ended));
        Some(is_over)
    }
}
