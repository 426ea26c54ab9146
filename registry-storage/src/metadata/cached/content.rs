//! The entries, and who is about to add one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use moka::sync::Cache;
use registry_core::Event;

use super::CacheStats;
use super::entry::{Key, Value, weight};

/// All that is kept. What becomes known to have changed is taken out, and what is being read at that time is not kept.
#[derive(Debug)]
pub(super) struct Content {
    entries: Cache<Slot, Value>,
    /// How often everything was thrown away. What was kept before is out of reach at once.
    epoch: AtomicU64,
    fills: Mutex<Fills>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// A key, and in which epoch something is kept under it.
type Slot = (u64, Key);

#[derive(Debug, Default)]
struct Fills {
    next: u64,
    /// Those under way; what has changed meanwhile spoils all that may have read it before.
    open: BTreeMap<u64, bool>,
}

impl Content {
    pub(super) fn new(capacity: u64) -> Self {
        let entries = Cache::builder()
            .max_capacity(capacity)
            .weigher(|(_, key): &Slot, value| weight(key, value))
            .build();
        let (epoch, hits, misses) = <(AtomicU64, AtomicU64, AtomicU64)>::default();
        Self { entries, epoch, fills: Mutex::default(), hits, misses }
    }

    /// What is kept under a key. Whoever answers with it must have looked at the log before.
    pub(super) fn get(&self, key: Key) -> Option<Value> {
        self.entries.get(&self.slot(key))
    }

    fn slot(&self, key: Key) -> Slot {
        (self.epoch.load(Ordering::SeqCst), key)
    }

    /// Takes out what these events changed.
    pub(super) fn apply(&self, events: &[Event]) {
        self.forget(events.iter().flat_map(Key::changed));
    }

    pub(super) fn forget(&self, keys: impl IntoIterator<Item = Key>) {
        let mut fills = self.fills();
        let mut changed = false;
        for key in keys {
            self.entries.invalidate(&self.slot(key));
            changed = true;
        }
        if changed {
            fills.spoil();
        }
    }

    pub(super) fn clear(&self) {
        let mut fills = self.fills();
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.entries.invalidate_all();
        fills.spoil();
    }

    /// Whoever is about to read something from the store and may keep it.
    pub(super) fn fill(&self) -> Fill<'_> {
        let mut fills = self.fills();
        let number = fills.next;
        fills.next += 1;
        fills.open.insert(number, true);
        Fill { content: self, number }
    }

    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stats(&self) -> CacheStats {
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        CacheStats { hits, misses, bytes: self.entries.weighted_size() }
    }

    fn fills(&self) -> MutexGuard<'_, Fills> {
        self.fills.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fills {
    fn spoil(&mut self) {
        self.open.values_mut().for_each(|good| *good = false);
    }
}

/// A read of the store that is under way.
#[derive(Debug)]
pub(super) struct Fill<'a> {
    content: &'a Content,
    number: u64,
}

impl Fill<'_> {
    /// Keeps what was read, unless something has changed since it was begun.
    pub(super) fn keep(self, entries: impl IntoIterator<Item = (Key, Value)>) {
        // Held until all are in, so that no change comes between.
        let fills = self.content.fills();
        if fills.open.get(&self.number).copied().unwrap_or_default() {
            for (key, value) in entries {
                self.content.entries.insert(self.content.slot(key), value);
            }
        }
        drop(fills);
        // Otherwise what is too much stays until more is kept.
        self.content.entries.run_pending_tasks();
    }
}

impl Drop for Fill<'_> {
    fn drop(&mut self) {
        self.content.fills().open.remove(&self.number);
    }
}
