//! Buffers that are used again.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// How many bytes are kept when nobody reads: enough for one reader to find its buffers again.
const AT_REST: usize = 2 << 20;

/// Buffers for the pieces of all reads.
///
/// They are filled on one thread and given back on another. An allocator with a heap for each thread (the binary
/// uses one) keeps what it gets back that way for threads that may not ask again for long; here it goes to whoever
/// reads next.
#[derive(Debug)]
pub(super) struct Pool {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Vec<u8>>,
    idle_bytes: usize,
    /// Idle or not.
    all_bytes: usize,
}

/// A buffer that goes back to its pool.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Always filled with some bytes to its end, so that it can be handed to the system without being cleared.
    bytes: Vec<u8>,
    len: usize,
    pool: Arc<Pool>,
}

impl Pool {
    /// A pool that keeps at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, state: Mutex::default() })
    }

    /// A buffer of `len` bytes of any content.
    pub(super) fn take(self: &Arc<Self>, len: usize) -> Buffer {
        let size = len.next_power_of_two();
        let found = self.with(|state| {
            // The last given back is the warmest. One that is much too large is left to those who need it.
            let fits = |idle: &Vec<u8>| idle.len() >= size && idle.len() <= size * 4;
            let at = state.idle.iter().rposition(fits)?;
            let bytes = state.idle.swap_remove(at);
            state.idle_bytes -= bytes.len();
            Some(bytes)
        });
        let bytes = found.unwrap_or_else(|| {
            self.with(|state| state.all_bytes += size);
            vec![0; size]
        });
        Buffer { bytes, len, pool: Arc::clone(self) }
    }

    /// Lets go of most idle buffers; nobody reads any more.
    pub(super) fn rest(&self) {
        let _freed_after_the_lock = self.with(|state| state.shrink_to(AT_REST));
    }

    fn give_back(&self, bytes: Vec<u8>) {
        let _freed_after_the_lock = self.with(|state| {
            state.idle_bytes += bytes.len();
            state.idle.push(bytes);
            // What readers hold cannot be taken from them, so it comes off what may lie idle.
            let held = state.all_bytes - state.idle_bytes;
            state.shrink_to(self.limit.saturating_sub(held))
        });
    }

    fn with<T>(&self, then: impl FnOnce(&mut State) -> T) -> T {
        then(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Takes idle buffers out until `most` bytes are left, the longest unused first.
    fn shrink_to(&mut self, most: usize) -> Vec<Vec<u8>> {
        let (mut count, mut left) = (0, self.idle_bytes);
        for idle in &self.idle {
            if left <= most {
                break;
            }
            left -= idle.len();
            count += 1;
        }
        self.all_bytes -= self.idle_bytes - left;
        self.idle_bytes = left;
        self.idle.drain(..count).collect()
    }
}

impl Buffer {
    pub(super) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    /// The bytes, shared without a copy. The buffer goes back when the last part of them is dropped.
    pub(super) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.pool.give_back(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pool: &Pool) -> (usize, usize, usize) {
        pool.with(|state| (state.idle.len(), state.idle_bytes, state.all_bytes))
    }

    #[test]
    fn a_buffer_comes_back_when_the_last_part_of_it_is_dropped() {
        let pool = Pool::new(1 << 20);
        let mut buffer = pool.take(1000);
        buffer.as_mut_slice().fill(7);
        let bytes = buffer.freeze();
        let part = bytes.slice(10..20);
        let address = bytes.as_ptr();
        assert_eq!((bytes.len(), &part[..]), (1000, &[7; 10][..]));
        drop(bytes);
        assert_eq!(counts(&pool), (0, 0, 1024));
        drop(part);
        assert_eq!(counts(&pool), (1, 1024, 1024));
        assert_eq!(pool.take(700).freeze().as_ptr(), address, "the same buffer again");
    }

    #[test]
    fn no_more_than_the_limit_is_kept() {
        let pool = Pool::new(4 << 20);
        let held: Vec<_> = (0..16).map(|_| pool.take(512 * 1024)).collect();
        assert_eq!(counts(&pool), (0, 0, 8 << 20), "readers get what they ask for");
        drop(held);
        assert_eq!(counts(&pool), (8, 4 << 20, 4 << 20));
        pool.rest();
        assert_eq!(counts(&pool), (4, 2 << 20, 2 << 20));
        let small: Vec<_> = (0..96).map(|_| pool.take(32 * 1024)).collect();
        assert_eq!(counts(&pool), (4, 2 << 20, 5 << 20), "large buffers are left to large pieces");
        drop(small);
        let (_, idle, all) = counts(&pool);
        assert!(idle == all && all <= 4 << 20, "{idle} of {all}");
    }
}
