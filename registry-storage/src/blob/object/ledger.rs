//! What this instance remembers of uploads, beyond their tokens.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::blob::object_id::ObjectId;

/// How many uploads of each kind are remembered.
const REMEMBERED: usize = 16_384;

/// What this instance remembers. Whatever it forgets, no wrong bytes come of it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    /// Uploads that were committed or aborted: those without an object beside them left nothing that could be asked.
    ended: Recent<ObjectId>,
    /// Uploads whose commit may have been carried out, or not.
    doubtful: Recent<ObjectId>,
    /// The next number of a part that was never sent, by multipart upload: a dropped append may have sent parts that
    /// no token tells of, and they may still arrive.
    numbers: HashMap<String, u32>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Recent<T> {
    known: HashSet<T>,
    order: VecDeque<T>,
}

impl Ledger {
    pub(super) fn end(&self, id: ObjectId) {
        let mut notes = self.lock();
        notes.doubtful.forget(id);
        notes.ended.add(id);
    }

    pub(super) fn has_ended(&self, id: ObjectId) -> bool {
        self.lock().ended.known.contains(&id)
    }

    pub(super) fn doubt(&self, id: ObjectId) {
        self.lock().doubtful.add(id);
    }

    pub(super) fn is_doubtful(&self, id: ObjectId) -> bool {
        self.lock().doubtful.known.contains(&id)
    }

    /// The number to go on with, when a token says `next`; nothing, when this instance never sent a part of it.
    pub(super) fn next(&self, upload: &str, next: u32) -> Option<u32> {
        self.lock().numbers.get(upload).map(|known| next.max(*known))
    }

    /// Notes that no part of this number or a higher one was sent.
    pub(super) fn note(&self, upload: &str, next: u32) {
        let mut notes = self.lock();
        if notes.numbers.insert(upload.to_owned(), next).is_some() {
            return;
        }
        notes.order.push_back(upload.to_owned());
        if notes.order.len() > REMEMBERED
            && let Some(oldest) = notes.order.pop_front()
        {
            notes.numbers.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), order: VecDeque::new() }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Recent<T> {
    fn add(&mut self, item: T) {
        if !self.known.insert(item) {
            return;
        }
        self.order.push_back(item);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    fn forget(&mut self, item: T) {
        if self.known.remove(&item) {
            self.order.retain(|known| *known != item);
        }
    }
}
