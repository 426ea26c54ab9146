//! The account of one side that waits for the other.

use std::time::Duration;

use tokio::time::Instant;

use super::Demand;

/// What the other side did while it was waited for. Only that time counts: whatever we take ourselves, for a disk or
/// for somebody else, is no fault of theirs.
#[derive(Debug)]
pub(crate) struct Waiting {
    demand: Demand,
    /// Since when it is waited for now.
    since: Option<Instant>,
    /// How long it was waited for before that, since it was judged last.
    before: Duration,
    /// How much it did in all that time.
    bytes: u64,
    too_slow: bool,
}

impl Waiting {
    pub(crate) const fn new(demand: Demand) -> Self {
        Self { demand, since: None, before: Duration::ZERO, bytes: 0, too_slow: false }
    }

    /// From now on it is waited for, unless it was already.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// It has sent or taken so many bytes, and is waited for no longer.
    pub(crate) fn moved(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        if let Some(since) = self.since.take() {
            self.before += since.elapsed();
            if self.before >= self.demand.idle {
                self.too_slow |= self.bytes < self.due(self.before);
                self.before = Duration::ZERO;
                self.bytes = 0;
            }
        }
    }

    /// When it will be too slow if it does nothing more, not before it is waited for; `None` when it is by now.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        let idle = self.demand.idle;
        let deadline = match self.since {
            Some(since) if self.bytes < self.due(idle) => since + idle.saturating_sub(self.before),
            Some(since) => since + idle,
            None => now + idle,
        };
        (!self.too_slow && now < deadline).then_some(deadline)
    }

    /// How much is due in this time.
    fn due(&self, time: Duration) -> u64 {
        u64::try_from(u128::from(self.demand.rate) * time.as_millis() / 1000).unwrap_or(u64::MAX)
    }
}
