//! Stores that fail when they are told to.

mod blobs;
mod metadata;
mod weather;

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use registry_storage::{BoxError, Error, MetadataStore, Result};
use tokio::sync::watch;

pub(crate) use self::blobs::FaultyBlobs;
pub(crate) use self::metadata::FaultyMetadata;
pub(crate) use self::weather::{Chance, Weather};
use super::World;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done, for lack of space. Calls that only read are not hit.
    Full,
    /// Nothing is done.
    Unavailable,
    /// All is done, and the answer is lost.
    AnswerLost,
}

/// What is shared by the two stores of a world: how many calls there were, and which is to fail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    plan: Arc<Mutex<Plan>>,
    /// The number of the newest event, as somebody is told who waits for news.
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Plan {
    calls: usize,
    fault: Option<(usize, Fault)>,
    weather: Option<Weather>,
    before_commit: Option<BoxFuture<'static, ()>>,
    most_calls: Option<usize>,
    refuses_adoption: bool,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("calls", &self.calls).field("fault", &self.fault).finish_non_exhaustive()
    }
}

/// Whether a call changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reads,
    Writes,
}

impl Faults {
    /// The world with stores that fail as planned.
    pub(crate) fn around(&self, world: World) -> World {
        let (ours, also_ours) = (self.clone(), self.clone());
        world.through(
            |inner| Arc::new(FaultyBlobs { inner, faults: ours }),
            |inner| Arc::new(FaultyMetadata { inner, faults: also_ours }),
        )
    }

    /// The store, failing as planned.
    pub(crate) fn metadata(&self, inner: Arc<dyn MetadataStore>) -> Arc<dyn MetadataStore> {
        Arc::new(FaultyMetadata { inner, faults: self.clone() })
    }

    /// Lets the call with this number from now on fail; the next one has number 0.
    pub(crate) fn arm(&self, call: usize, fault: Fault) {
        let mut plan = self.plan.lock().unwrap();
        plan.fault = Some((plan.calls + call, fault));
    }

    /// Lets no call fail any more.
    pub(crate) fn disarm(&self) {
        self.plan.lock().unwrap().fault = None;
    }

    /// How many calls there were so far.
    pub(crate) fn calls(&self) -> usize {
        self.plan.lock().unwrap().calls
    }

    /// More calls than so many from now on are a failure of the test. It is told so at once: whoever asks again and again
    /// may leave no time for anybody else.
    pub(crate) fn allow(&self, calls: usize) {
        let mut plan = self.plan.lock().unwrap();
        plan.most_calls = Some(plan.calls + calls);
    }

    /// Whoever waits for news is told that there is an event of this number.
    pub(crate) fn tell(&self, number: u64) {
        self.newest.send_replace(number);
    }

    /// From now on nothing of somebody else can be made use of where it lies.
    pub(crate) fn refuse_adoption(&self) {
        self.plan.lock().unwrap().refuses_adoption = true;
    }

    /// Lets this happen between the next commit's being decided on and its being carried out.
    pub(crate) fn before_commit(&self, happens: impl Future<Output = ()> + Send + 'static) {
        self.plan.lock().unwrap().before_commit = Some(Box::pin(happens));
    }

    /// From now on calls take their time, and some fail.
    pub(crate) fn set_weather(&self, weather: Weather) {
        self.plan.lock().unwrap().weather = Some(weather);
    }

    async fn call<T>(&self, kind: Kind, work: impl Future<Output = Result<T>>) -> Result<T> {
        let (planned, there) = {
            let mut plan = self.plan.lock().unwrap();
            plan.calls += 1;
            assert!(
                plan.most_calls.is_none_or(|most| plan.calls <= most),
                "the stores are asked again and again"
            );
            let planned = plan.fault.filter(|(call, _)| call + 1 == plan.calls).map(|(_, fault)| fault);
            (planned, plan.weather.as_mut().map(Weather::next))
        };
        let Some(way) = there else { return hit(planned, kind, work).await };
        tokio::time::sleep(way.there).await;
        let answer = hit(planned.or(way.fault), kind, work).await;
        tokio::time::sleep(way.back).await;
        answer
    }

    /// Takes the future out, so that commits that it makes are not stopped by it.
    fn take_before_commit(&self) -> Option<BoxFuture<'static, ()>> {
        self.plan.lock().unwrap().before_commit.take()
    }
}

fn cause() -> BoxError {
    "as planned".into()
}

async fn hit<T>(fault: Option<Fault>, kind: Kind, work: impl Future<Output = Result<T>>) -> Result<T> {
    match (fault, kind) {
        (Some(Fault::Full), Kind::Writes) => Err(Error::Full { source: cause() }),
        (Some(Fault::Unavailable), _) => Err(Error::Unavailable { retry_after: None, source: cause() }),
        (Some(Fault::AnswerLost), _) => {
            work.await?;
            Err(Error::internal("answer", cause()))
        }
        _ => work.await,
    }
}
