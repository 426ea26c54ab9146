//! Waiting before something is tried again.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause; each later one is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(4);
const LONGEST: Duration = Duration::from_secs(1);

/// Longer and longer pauses, with some chance in them so that replicas do not come back all at once.
pub(super) struct Pause {
    until: Option<Instant>,
    next: Duration,
}

impl Pause {
    /// Pauses that end after so much time in all.
    pub(super) fn within(patience: Duration) -> Self {
        Self { until: Instant::now().checked_add(patience), next: FIRST }
    }

    /// Pauses that never end.
    pub(super) const fn for_ever() -> Self {
        Self { until: None, next: FIRST }
    }

    /// Waits for the next try; false when there is no time for another.
    pub(super) async fn wait(&mut self) -> bool {
        let pause = jitter(self.next);
        if self.until.is_some_and(|until| Instant::now() + pause >= until) {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.next = (self.next * 2).min(LONGEST);
        true
    }
}

/// Between half and all of it.
fn jitter(pause: Duration) -> Duration {
    let mut chance = [0];
    // Without chance the pause is whole.
    let chance = getrandom::fill(&mut chance).map_or(255, |()| chance[0]);
    pause / 2 + pause / 2 * u32::from(chance) / 255
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Pause, jitter};
    use std::time::Duration;

    #[tokio::test]
    async fn pauses_end_with_the_patience() {
        let mut pause = Pause::within(Duration::from_millis(30));
        let mut tries = 0;
        while pause.wait().await {
            tries += 1;
        }
        assert!((2..=6).contains(&tries), "{tries}");
        assert!(!Pause::within(Duration::ZERO).wait().await);
    }

    #[test]
    fn chance_takes_at_most_half_away() {
        for _ in 0..100 {
            assert!((LONGEST / 2..=LONGEST).contains(&jitter(LONGEST)));
        }
    }
}
