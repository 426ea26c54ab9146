//! How long the other side is waited for.

mod pace;
mod waiting;

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

pub(crate) use pace::Pace;
pub(crate) use waiting::Waiting;

use crate::Limits;

/// What is asked of the other side while it is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    /// It may do nothing at all for less than this.
    pub(crate) idle: Duration,
    /// Bytes per second, averaged over at least that time; 0 for any.
    pub(crate) rate: u64,
}

impl From<&Limits> for Demand {
    fn from(limits: &Limits) -> Self {
        Self { idle: limits.body_idle_timeout, rate: limits.min_rate }
    }
}

/// The other side did not do what was asked of it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client was too slow")]
pub(crate) struct TooSlow;

/// Waits for the other side and not for ever, with one timer that is rarely touched.
pub(crate) struct Patience {
    waiting: Waiting,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    pub(crate) const fn new(demand: Demand) -> Self {
        Self { waiting: Waiting::new(demand), timer: None }
    }

    /// The other side has sent or taken so many bytes.
    pub(crate) fn moved(&mut self, bytes: u64) {
        self.waiting.moved(bytes);
    }

    /// Whether the other side is too slow. To be asked when there is nothing to do but to wait for it; the task is
    /// woken to ask again.
    pub(crate) fn is_lost(&mut self, context: &mut Context<'_>) -> bool {
        let now = Instant::now();
        self.waiting.begin(now);
        let Some(deadline) = self.waiting.deadline(now) else { return true };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // One that goes off early costs less than one that is set anew for every chunk.
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(context).is_ready() {
            match self.waiting.deadline(Instant::now()) {
                Some(deadline) => timer.as_mut().reset(deadline),
                None => return true,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use super::*;

    const MINUTE: Demand = Demand { idle: Duration::from_secs(60), rate: 1024 };

    /// Waits until patience is lost, while `bytes` come every so often.
    async fn lost_after(demand: Demand, every: Duration, bytes: u64) -> Option<Duration> {
        let mut patience = Patience::new(demand);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(3600) {
            let lost = poll_fn(|context| match patience.is_lost(context) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            });
            if tokio::time::timeout(every, lost).await.is_ok() {
                return Some(begun.elapsed());
            }
            patience.moved(bytes);
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_lost_in_time_and_never_with_those_who_go_on() {
        let seconds = Duration::from_secs;
        let any = Demand { rate: 0, ..MINUTE };
        for (demand, every, bytes, lost) in [
            // Nothing comes.
            (MINUTE, seconds(100), 0, Some(60)),
            (any, seconds(100), 0, Some(60)),
            // A byte each second.
            (MINUTE, seconds(1), 1, Some(60)),
            (any, seconds(1), 1, None),
            (any, seconds(59), 1, None),
            // Just enough, evenly and in bursts.
            (MINUTE, seconds(1), 1100, None),
            (MINUTE, seconds(50), 60 * 1100, None),
            (MINUTE, seconds(1), 900, Some(60)),
        ] {
            let found = lost_after(demand, every, bytes).await;
            let found = found.map(|found| (found + Duration::from_millis(500)).as_secs());
            assert_eq!(found, lost, "{bytes} bytes every {every:?} for {demand:?}");
        }
    }
}
