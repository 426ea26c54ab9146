//! Looks at the log, one at a time, each for all who were waiting when it began.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use registry_core::Event;
use tokio::sync::Mutex as Turn;

use super::content::Content;
use crate::metadata::{MetadataStore, StoreVersion};

/// How many events are asked for at a time.
const PAGE: usize = 1_000;

/// After so many pages it is quicker to begin anew.
const PAGES: usize = 4;

/// Where in the log the cache stands.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// How many have begun. Counted before the store is asked.
    begun: AtomicU64,
    ended: Mutex<Ended>,
    place: Turn<Place>,
}

/// Where the newest good look ended.
#[derive(Debug, Default)]
struct Place {
    newest: Newest,
    /// What the store was then, or before.
    version: StoreVersion,
}

/// The newest look that has ended.
#[derive(Debug, Default)]
struct Ended {
    number: u64,
    good: bool,
}

/// What the newest good look ended with.
#[derive(Debug, Default, Clone)]
enum Newest {
    /// There was none.
    #[default]
    Nowhere,
    /// The log was empty.
    Beginning,
    /// This was the newest event.
    Behind(Box<Event>),
}

impl Looks {
    /// Takes out what was changed before this was called, and tells whether that could be found out.
    ///
    /// # Cancel safety
    /// What one look has taken out stays out; whoever waited for it begins another.
    pub(super) async fn current<S: MetadataStore + ?Sized>(&self, store: &S, content: &Content) -> bool {
        // One that has begun by now may have missed what was changed a moment ago.
        let wanted = self.begun.load(Ordering::SeqCst) + 1;
        let mut place = self.place.lock().await;
        if let Some(good) = self.ended(wanted) {
            return good;
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let good = look(&mut place, store, content).await.is_some();
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Ended { number, good };
        good
    }

    /// Whether there was no look so far.
    pub(super) fn none_yet(&self) -> bool {
        self.begun.load(Ordering::Relaxed) == 0
    }

    /// How a look ended that began late enough.
    fn ended(&self, wanted: u64) -> Option<bool> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        (ended.number >= wanted).then_some(ended.good)
    }
}

/// Goes on to the end of the log, if it may have grown; nothing when the store cannot tell.
async fn look<S: MetadataStore + ?Sized>(place: &mut Place, store: &S, content: &Content) -> Option<()> {
    // Asked before the log, so that it is never newer than what was looked at.
    let version = store.version().await.ok()?;
    if version.state.is_some() && version == place.version {
        return Some(());
    }
    place.version.state = None;
    if version.server != place.version.server {
        // It may lack what was read of the one before, also where their logs are the same so far.
        begin(&mut place.newest, store, content).await?;
        place.version.server.clone_from(&version.server);
    }
    go_on(&mut place.newest, store, content).await?;
    place.version = version;
    Some(())
}

async fn go_on<S: MetadataStore + ?Sized>(place: &mut Newest, store: &S, content: &Content) -> Option<()> {
    for _ in 0..PAGES {
        let after = match &*place {
            Newest::Nowhere => return begin(place, store, content).await,
            Newest::Beginning => 0,
            // The newest one is read once more, to see that this is still the same log.
            Newest::Behind(last) => last.seq - 1,
        };
        let events = store.events_at_hand(after, PAGE).await.ok()??;
        let (news, whole) = (place.goes_on(&events), events.len() < PAGE);
        let Some(news) = news else { return begin(place, store, content).await };
        content.apply(news);
        if let Some(last) = news.last() {
            *place = Newest::Behind(Box::new(last.clone()));
        }
        if whole {
            return Some(());
        }
    }
    begin(place, store, content).await
}

/// Begins anew behind the newest event, with nothing.
async fn begin<S: MetadataStore + ?Sized>(place: &mut Newest, store: &S, content: &Content) -> Option<()> {
    *place = Newest::Nowhere;
    content.clear();
    let newest = store.last_event().await.ok()?;
    let last = match newest {
        0 => None,
        newest => Some(store.events_at_hand(newest - 1, 1).await.ok()??.into_iter().next()?),
    };
    // Whatever was read before the newest event was known is too old to be kept.
    content.clear();
    *place = last.map_or(Newest::Beginning, |last| Newest::Behind(Box::new(last)));
    Some(())
}

impl Newest {
    /// The events behind this place, if it is still in the log.
    fn goes_on<'a>(&self, events: &'a [Event]) -> Option<&'a [Event]> {
        match self {
            Self::Nowhere => None,
            Self::Beginning => Some(events),
            Self::Behind(last) => {
                events.split_first().filter(|(first, _)| *first == &**last).map(|(_, news)| news)
            }
        }
    }
}
