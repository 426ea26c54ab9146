//! How long to wait before something is tried again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Waits that double up to a longest one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(500), Duration::from_secs(300))
    }
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        let first = first.max(Duration::from_millis(1));
        Self { first, longest: longest.max(first) }
    }

    pub(super) const fn longest(&self) -> Duration {
        self.longest
    }

    /// The wait after this many failures in a row, before chance has its part in it.
    pub(super) fn after(&self, failures: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

/// The wait, or down to a half of it: whoever was turned away together does not come back together.
pub(super) fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1024;
    wait - wait / 2 * u32::try_from(random).unwrap_or_default() / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(300));
        let waits: Vec<_> = (1..=4).map(|failures| backoff.after(failures).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000]);
        for failures in [11, 31, 32, 33, u32::MAX] {
            assert_eq!(backoff.after(failures), Duration::from_secs(300), "{failures}");
        }
    }

    #[test]
    fn chance_takes_at_most_a_half_of_a_wait() {
        let wait = Duration::from_secs(10);
        let waits: Vec<_> = (0..200).map(|_| jittered(wait)).collect();
        assert!(waits.iter().all(|jittered| (wait / 2..=wait).contains(jittered)));
        assert!(waits.iter().any(|jittered| *jittered != waits[0]));
    }
}
