//! Numbers that are not the same twice. Nothing secret is made of them.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A number that two calls, also in different processes, have in common by an accident of one in 2^64.
pub(super) fn random() -> u64 {
    thread_local! {
        // The seed of the standard library's hash maps, from the operating system, one for each thread.
        static SEED: RandomState = RandomState::new();
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }
    let count = COUNT.with(|count| count.replace(count.get().wrapping_add(1)));
    SEED.with(|seed| {
        let mut hasher = seed.build_hasher();
        hasher.write_u64(count);
        hasher.finish()
    })
}
