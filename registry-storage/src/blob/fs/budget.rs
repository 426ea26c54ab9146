//! One amount of memory, shared by all transfers of a kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pool::{Buffer, Pool};

/// No transfer gets less than this, or calls to the system would cost more than the bytes they move.
pub(super) const LEAST: usize = 32 * 1024;

/// No transfer gets more than this: larger pieces are no faster and leave the processor's cache.
pub(super) const MOST: usize = 512 * 1024;

/// An amount of memory and how many transfers share it now.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    active: AtomicUsize,
    pool: Arc<Pool>,
}

/// One transfer's part. Dropping it leaves more for the others.
#[derive(Debug)]
pub(super) struct Share(Arc<Budget>);

impl Budget {
    pub(super) fn new(total: usize) -> Arc<Self> {
        // A little more than all pieces, so that the pool does not free what is asked for again at once.
        Arc::new(Self { total, active: AtomicUsize::new(0), pool: Pool::new(total + total / 4) })
    }

    /// Joins the transfers that share the budget.
    pub(super) fn join(self: &Arc<Self>) -> Share {
        self.active.fetch_add(1, Ordering::Relaxed);
        Share(Arc::clone(self))
    }
}

impl Share {
    /// How large the next piece of this transfer may be: two are in memory at once, one that moves on one side and
    /// one on the other. Asked again for each piece, since transfers come and go.
    pub(super) fn piece(&self) -> usize {
        let active = self.0.active.load(Ordering::Relaxed).max(1);
        let fair = (self.0.total / active / 2).clamp(LEAST, MOST);
        // Down to a power of two, so that buffers fit again when transfers come and go.
        1 << fair.ilog2()
    }

    /// A buffer of `len` bytes of any content.
    pub(super) fn buffer(&self, len: usize) -> Buffer {
        self.0.pool.take(len)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.0.active.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.pool.rest();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_shrink_with_company_and_grow_again() {
        let budget = Budget::new(16 << 20);
        let alone = budget.join();
        assert_eq!(alone.piece(), MOST);
        let company: Vec<_> = (1..64).map(|_| budget.join()).collect();
        assert_eq!(alone.piece(), 128 * 1024);
        assert!(alone.piece() * 2 * 64 <= 16 << 20);
        let crowd: Vec<_> = (64..4096).map(|_| budget.join()).collect();
        assert_eq!(alone.piece(), LEAST);
        drop((company, crowd));
        assert_eq!(alone.piece(), MOST);
    }
}
