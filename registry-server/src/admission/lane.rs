//! A number of places, and a short queue before them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A number of places, and a short queue before them.
#[derive(Debug)]
pub(super) struct Lane {
    limit: &'static str,
    places: Arc<Places>,
    waiting: AtomicUsize,
}

/// Places, whose number may change while some are taken.
#[derive(Debug)]
struct Places {
    free: Arc<Semaphore>,
    /// How many of those that are taken are not given back, because there are to be fewer.
    surplus: AtomicUsize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    places: Arc<Places>,
}

/// Somebody who waits for a place.
struct Waiting<'a>(&'a AtomicUsize);

impl Lane {
    /// So many places; `limit` is the name of the setting.
    pub(super) fn new(limit: &'static str, places: usize) -> Self {
        let free = Arc::new(Semaphore::new(bounded(places)));
        let places = Arc::new(Places { free, surplus: AtomicUsize::new(0) });
        Self { limit, places, waiting: AtomicUsize::new(0) }
    }

    /// So many places instead of so many others. Nobody who has one loses it.
    pub(super) fn resize(&self, from: usize, to: usize) {
        let (from, to) = (bounded(from), bounded(to));
        self.places.shrink(from.saturating_sub(to));
        self.places.grow(to.saturating_sub(from));
    }

    /// A place, after a wait in the order of arrival; `None` when as many as `queue` wait already or the wait is too
    /// long.
    pub(super) async fn enter(&self, queue: usize, wait: Duration) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.places.free).try_acquire_owned() {
            return Some(self.place(permit));
        }
        let _waiting = Waiting::begin(&self.waiting, queue)?;
        let permit = tokio::time::timeout(wait, Arc::clone(&self.places.free).acquire_owned()).await;
        permit.ok()?.ok().map(|permit| self.place(permit))
    }

    pub(super) const fn limit(&self) -> &'static str {
        self.limit
    }

    pub(super) fn has_given(&self, place: &Place) -> bool {
        Arc::ptr_eq(&place.places, &self.places)
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        Place { permit: Some(permit), places: Arc::clone(&self.places) }
    }
}

fn bounded(count: usize) -> usize {
    count.min(Semaphore::MAX_PERMITS)
}

impl Places {
    fn shrink(&self, by: usize) {
        self.surplus.fetch_add(by, Ordering::Relaxed);
        // What is free goes at once, and the rest when it is given back.
        while self.take_surplus() {
            if self.free.forget_permits(1) == 0 {
                self.surplus.fetch_add(1, Ordering::Relaxed);
                break;
            }
        }
    }

    fn grow(&self, by: usize) {
        let kept = (0..by).take_while(|_| self.take_surplus()).count();
        self.free.add_permits(by - kept);
    }

    fn take_surplus(&self) -> bool {
        let less = |surplus: usize| surplus.checked_sub(1);
        self.surplus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.places.take_surplus()
        {
            permit.forget();
        }
    }
}

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let more = |waiting: usize| (waiting < most).then_some(waiting + 1);
        waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self(waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn there_are_so_many_places_and_so_many_wait() {
        let lane = Lane::new("test", 2);
        let (one, _two) = (lane.enter(1, WAIT).await.unwrap(), lane.enter(1, WAIT).await.unwrap());
        let mut third = Box::pin(lane.enter(1, WAIT));
        assert!(futures_util::poll!(third.as_mut()).is_pending());
        let begun = Instant::now();
        assert!(lane.enter(1, WAIT).await.is_none(), "the queue is full");
        assert_eq!(begun.elapsed(), Duration::ZERO, "and nobody waits before it");
        drop(one);
        let third = third.await.unwrap();
        assert!(lane.enter(1, WAIT).await.is_none());
        assert_eq!(begun.elapsed(), WAIT, "the wait has an end");
        drop(third);
        assert!(lane.enter(1, WAIT).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_first_gets_the_next_place() {
        let lane = Lane::new("test", 1);
        let only = lane.enter(2, WAIT).await.unwrap();
        let mut waiting = Box::pin(lane.enter(2, WAIT));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        drop(only);
        assert!(futures_util::poll!(Box::pin(lane.enter(2, WAIT)).as_mut()).is_pending());
        assert!(waiting.await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_of_places_changes_and_nobody_loses_one() {
        let lane = Lane::new("test", 4);
        let mut held = fill(&lane).await;
        let mut size = 4;
        // How many places there are to be, how many are given back then, and how many are free thereafter.
        for (to, back, free) in [
            (2, 1, 0),
            (2, 1, 0),
            (2, 1, 1),
            (5, 0, 3),
            (1, 3, 0),
            (3, 2, 3),
            (3, 1, 1),
            (0, 3, 0),
            (1, 0, 1),
        ] {
            lane.resize(size, to);
            size = to;
            held.truncate(held.len() - back);
            let more = fill(&lane).await;
            assert_eq!(more.len(), free, "of {to}");
            held.extend(more);
        }
    }

    async fn fill(lane: &Lane) -> Vec<Place> {
        let mut places = Vec::new();
        while let Some(place) = lane.enter(0, WAIT).await {
            places.push(place);
        }
        places
    }
}
