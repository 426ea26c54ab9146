//! Stores that are far away.

use std::time::Duration;

use super::Fault;

/// How long calls take, and which fail, by a row of numbers that only looks random.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    chance: Chance,
    longest: Duration,
}

/// What happens to one call.
pub(super) struct Way {
    pub(super) there: Duration,
    pub(super) back: Duration,
    pub(super) fault: Option<Fault>,
}

impl Weather {
    /// Mostly short ways, some as long as that, and one of eight calls is lost on the way there or back.
    pub(crate) fn bad(seed: u64, longest: Duration) -> Self {
        Self { chance: Chance::new(seed), longest }
    }

    pub(super) fn next(&mut self) -> Way {
        let chance = &mut self.chance;
        let mut way = || {
            let longest = if chance.one_in(8) { self.longest } else { self.longest / 50 };
            chance.up_to(longest)
        };
        let (there, back) = (way(), way());
        let fault = match chance.below(16) {
            0 => Some(Fault::Unavailable),
            1 => Some(Fault::AnswerLost),
            _ => None,
        };
        Way { there, back, fault }
    }
}

/// Numbers that only look random (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(longest.as_micros()).unwrap() + 1))
    }
}
