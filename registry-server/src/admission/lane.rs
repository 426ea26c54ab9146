//! A number of places, and a short queue before them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A number of places, and a short queue before them.
#[derive(Debug)]
pub(super) struct Lane {
    limit: &'static str,
    places: Arc<Semaphore>,
    queue: Semaphore,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(OwnedSemaphorePermit);

impl Lane {
    /// So many places and so many who wait for one; `limit` is the name of the setting.
    pub(super) fn new(limit: &'static str, places: usize, queue: usize) -> Self {
        let bounded = |count: usize| count.min(Semaphore::MAX_PERMITS);
        Self {
            limit,
            places: Arc::new(Semaphore::new(bounded(places))),
            queue: Semaphore::new(bounded(queue)),
        }
    }

    /// A place, after a wait in the order of arrival; `None` when the queue is full or the wait too long.
    pub(super) async fn enter(&self, wait: Duration) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(Place(permit));
        }
        let _seat = self.queue.try_acquire().ok()?;
        let permit = tokio::time::timeout(wait, Arc::clone(&self.places).acquire_owned()).await;
        permit.ok()?.ok().map(Place)
    }

    pub(super) const fn limit(&self) -> &'static str {
        self.limit
    }

    pub(super) fn has_given(&self, place: &Place) -> bool {
        Arc::ptr_eq(place.0.semaphore(), &self.places)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn there_are_so_many_places_and_so_many_wait() {
        let lane = Lane::new("test", 2, 1);
        let (one, _two) = (lane.enter(WAIT).await.unwrap(), lane.enter(WAIT).await.unwrap());
        let mut third = Box::pin(lane.enter(WAIT));
        assert!(futures_util::poll!(third.as_mut()).is_pending());
        let begun = Instant::now();
        assert!(lane.enter(WAIT).await.is_none(), "the queue is full");
        assert_eq!(begun.elapsed(), Duration::ZERO, "and nobody waits before it");
        drop(one);
        let third = third.await.unwrap();
        assert!(lane.enter(WAIT).await.is_none());
        assert_eq!(begun.elapsed(), WAIT, "the wait has an end");
        drop(third);
        assert!(lane.enter(WAIT).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_first_gets_the_next_place() {
        let lane = Lane::new("test", 1, 2);
        let only = lane.enter(WAIT).await.unwrap();
        let mut waiting = Box::pin(lane.enter(WAIT));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        drop(only);
        assert!(futures_util::poll!(Box::pin(lane.enter(WAIT)).as_mut()).is_pending());
        assert!(waiting.await.is_some());
    }
}
