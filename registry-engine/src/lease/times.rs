//! How long everything takes that a lease is made of.

use std::time::Duration;

/// The shortest lease. Below it nothing could be said in time.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest lease: nobody waits longer for a lost worker, and every sum with a point in time has a result.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest time between two looks.
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// The parts of the length of a lease.
///
/// ```text
/// holder     word ──┬── a sixth: the next word ──── a half: its work is dropped
/// arrives           └─┐
/// others              └ look: an eighth at most ──── three quarters unchanged: taken over
/// ```
///
/// A word is seen when it has arrived, and a holder counts from when it was sent. So a quarter of the length lies between
/// the end of one's work and the beginning of another's, and it is over before the whole length is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// From one word to the next.
    pub(super) word: Duration,
    /// From a word that did not arrive to the next try.
    pub(super) again: Duration,
    /// How long a holder may act after it has sent a word that arrived.
    pub(super) hold: Duration,
    /// How long a record must not have changed before it is taken over.
    pub(super) patience: Duration,
    /// From one look to the next.
    pub(super) look: Duration,
}

impl Times {
    pub(super) fn of(length: Duration) -> Self {
        let length = length.clamp(SHORTEST, LONGEST);
        Self {
            word: length / 6,
            again: length / 24,
            hold: length / 2,
            patience: length / 4 * 3,
            look: (length / 8).min(LONGEST_LOOK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, LONGEST, Times};

    #[test]
    fn no_lease_is_longer_than_a_day() {
        assert_eq!(Times::of(Duration::MAX), Times::of(LONGEST));
        assert!(Times::of(LONGEST).patience < LONGEST);
    }

    #[test]
    fn the_parts_fit_into_the_length() {
        for millis in [0, 100, 1_000, 15_000, 3_600_000] {
            let length = Duration::from_millis(millis).max(Duration::from_millis(100));
            let times = Times::of(Duration::from_millis(millis));
            assert!(times.look + times.patience < length, "{times:?}");
            assert!(times.patience - times.hold >= length / 4, "{times:?}");
            // Two words may be lost on the way.
            assert!(times.hold >= times.word * 3 && times.again * 4 <= times.word, "{times:?}");
            assert!(times.look >= Duration::from_millis(10), "{times:?}");
        }
    }
}
