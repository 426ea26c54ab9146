//! BLAKE3 with a state that can be saved.
//!
//! The library's own hasher cannot be saved, so the tree of chaining values is kept here: the library hashes whole
//! subtrees (and uses all lanes of the processor for that), and what remains between two updates is one chaining value
//! per finished subtree and at most one chunk of bytes (BLAKE3 paper, sections 2.1 and 5.1.2).

use blake3::CHUNK_LEN;
use blake3::hazmat::{ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root};

/// A stream on its way through the hash function.
///
/// ```text
/// bytes   │ 4 chunks      │ 2 chunks │ 1 │ at most one chunk │
/// kept as  subtree value   value      value  pending bytes        chunks = 7 = 0b111
/// ```
///
/// With pending bytes, `subtrees` has one value per set bit of `chunks`. Without any, the last subtree is kept as its
/// two halves, so one value more: it may turn out to be the root, which is finished in another way than all others.
#[derive(Clone, Default)]
pub(super) struct Blake3 {
    /// Chaining values of finished subtrees, from left to right.
    subtrees: Vec<ChainingValue>,
    /// How many chunks they cover.
    chunks: u64,
    /// What follows them: at most one chunk.
    pending: Vec<u8>,
}

impl Blake3 {
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        if !self.pending.is_empty() {
            let (head, rest) = bytes.split_at(bytes.len().min(CHUNK_LEN - self.pending.len()));
            self.pending.extend_from_slice(head);
            bytes = rest;
        }
        if bytes.is_empty() {
            return;
        }
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.push(&pending);
            self.pending = pending;
            self.pending.clear();
        }
        while bytes.len() > CHUNK_LEN {
            let len = self.next_subtree_len(bytes.len());
            let (subtree, rest) = bytes.split_at(len);
            if rest.is_empty() {
                let (left, right) = subtree.split_at(len / 2);
                self.push(left);
                self.push(right);
            } else {
                self.push(subtree);
            }
            bytes = rest;
        }
        self.pending.extend_from_slice(bytes);
        self.merge_down_to(self.settled_len());
    }

    /// The hash of what was taken in so far.
    pub(super) fn finish(&self) -> [u8; 32] {
        let mut left = self.subtrees.iter().rev();
        let mut right = if self.pending.is_empty() {
            match left.next() {
                Some(value) => *value,
                None => return blake3::hash(&[]).into(),
            }
        } else if self.subtrees.is_empty() {
            return blake3::hash(&self.pending).into();
        } else {
            self.chaining_value(&self.pending)
        };
        while let Some(value) = left.next() {
            if left.len() == 0 {
                return merge_subtrees_root(value, &right, Mode::Hash).into();
            }
            right = merge_subtrees_non_root(value, &right, Mode::Hash);
        }
        right
    }

    /// Appends the state to `out`: the number of chaining values, these, then the pending bytes.
    pub(super) fn save(&self, out: &mut Vec<u8>) {
        // There is at most one value per bit of a 64-bit length, and one more.
        out.push(u8::try_from(self.subtrees.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(self.subtrees.as_flattened());
        out.extend_from_slice(&self.pending);
    }

    /// The state after `len` bytes, when this is one.
    pub(super) fn restore(state: &[u8], len: u64) -> Option<Self> {
        let (count, state) = state.split_first()?;
        let (values, pending) = state.split_at_checked(usize::from(*count) * size_of::<ChainingValue>())?;
        let covered = len.checked_sub(pending.len() as u64)?;
        if pending.len() > CHUNK_LEN || covered % CHUNK_LEN as u64 != 0 {
            return None;
        }
        let restored = Self {
            subtrees: values.as_chunks().0.to_vec(),
            chunks: covered / CHUNK_LEN as u64,
            pending: pending.to_vec(),
        };
        (restored.subtrees.len() == restored.settled_len()).then_some(restored)
    }

    /// The largest subtree that can begin here and needs no more than `available` bytes, of which there is more than
    /// one chunk: a power of two of chunks that divides the number of chunks so far.
    fn next_subtree_len(&self, available: usize) -> usize {
        let fitting = 1 << available.ilog2();
        match self.chunks {
            0 => fitting,
            chunks => fitting.min(CHUNK_LEN.checked_shl(chunks.trailing_zeros()).unwrap_or(fitting)),
        }
    }

    /// Adds a subtree that is not the last one.
    fn push(&mut self, subtree: &[u8]) {
        self.merge_down_to(self.chunks.count_ones() as usize);
        self.subtrees.push(self.chaining_value(subtree));
        self.chunks += (subtree.len() / CHUNK_LEN) as u64;
    }

    /// The chaining value of a subtree that begins behind the finished ones.
    fn chaining_value(&self, subtree: &[u8]) -> ChainingValue {
        blake3::Hasher::new()
            .set_input_offset(self.chunks * CHUNK_LEN as u64)
            .update(subtree)
            .finalize_non_root()
    }

    /// How many values there are between two updates.
    fn settled_len(&self) -> usize {
        let halved = self.pending.is_empty() && self.chunks > 0;
        self.chunks.count_ones() as usize + usize::from(halved)
    }

    /// Merges the last two subtrees until so many are left.
    fn merge_down_to(&mut self, len: usize) {
        while self.subtrees.len() > len
            && let Some(right) = self.subtrees.pop()
            && let Some(left) = self.subtrees.last_mut()
        {
            *left = merge_subtrees_non_root(left, &right, Mode::Hash);
        }
    }
}
