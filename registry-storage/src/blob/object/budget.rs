//! Memory for parts, shared by all uploads.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result};

/// What memory is counted in.
const UNIT: usize = 64 << 10;

/// Memory for parts. When all of it is given out, one upload at a time may still take what it needs for one part: so
/// there is always one that goes on, and gives back.
#[derive(Debug)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
    last: Arc<Semaphore>,
    wait: Duration,
}

/// The right to hold bytes in memory, until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Grant {
    units: Option<OwnedSemaphorePermit>,
    last: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub(super) fn new(bytes: usize, wait: Duration) -> Self {
        let units = (bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { units: Arc::new(Semaphore::new(units)), last: Arc::new(Semaphore::new(1)), wait }
    }

    /// Grows the grant to `bytes`, and waits for that if it must.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there was no memory for too long.
    pub(super) async fn grow(&self, grant: &mut Grant, bytes: usize) -> Result<()> {
        let missing = bytes.div_ceil(UNIT).saturating_sub(grant.held());
        if missing == 0 || grant.last.is_some() {
            return Ok(());
        }
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let units = async { Arc::clone(&self.units).acquire_many_owned(missing).await };
        let last = async { Arc::clone(&self.last).acquire_owned().await };
        let granted = tokio::time::timeout(self.wait, async {
            tokio::select! {
                biased;
                units = units => units.map(|units| (Some(units), None)),
                last = last => last.map(|last| (None, Some(last))),
            }
        });
        match granted.await {
            Ok(Ok((Some(more), _))) => match &mut grant.units {
                Some(units) => units.merge(more),
                none => *none = Some(more),
            },
            Ok(Ok((None, last))) => grant.last = last,
            Ok(Err(_)) | Err(_) => {
                let source = "too many uploads hold parts in memory".into();
                return Err(Error::Unavailable { retry_after: Some(Duration::from_secs(1)), source });
            }
        }
        Ok(())
    }

    /// How many bytes are free.
    #[cfg(test)]
    fn free(&self) -> usize {
        self.units.available_permits() * UNIT
    }
}

impl Grant {
    /// Whether it was given beyond the budget, for one part.
    pub(super) const fn is_let_in(&self) -> bool {
        self.last.is_some()
    }

    fn held(&self) -> usize {
        self.units.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn when_all_is_given_out_one_goes_on_and_the_next_is_told_to_wait() {
        let budget = Budget::new(4 * UNIT, Duration::from_millis(20));
        let (mut one, mut two, mut three) = (Grant::default(), Grant::default(), Grant::default());
        budget.grow(&mut one, 3 * UNIT).await.unwrap();
        budget.grow(&mut one, 2 * UNIT + 1).await.unwrap();
        assert_eq!(budget.free(), UNIT);
        budget.grow(&mut two, 8 * UNIT).await.unwrap();
        budget.grow(&mut two, 9 * UNIT).await.unwrap();
        budget.grow(&mut three, 1).await.unwrap();
        assert_eq!(budget.free(), 0);
        let refused = budget.grow(&mut three, 2 * UNIT).await;
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
        drop(two);
        budget.grow(&mut three, 2 * UNIT).await.unwrap();
        drop((one, three));
        assert_eq!(budget.free(), 4 * UNIT);
    }
}
