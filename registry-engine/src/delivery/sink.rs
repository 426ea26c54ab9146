//! Who takes events.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::Event;

/// Takes events to one place beyond the registry.
///
/// # Contract
/// - **S-1** A sink is given events in the order of the log, and the next only after it has taken those before.
/// - **S-2** It may be given an event more than once, with the same [id](EventBatch::id_of) each time.
/// - **S-3** It answers in bounded time: a sink that never answers is never asked again.
#[async_trait]
pub trait EventSink: Debug + Send + Sync + 'static {
    /// Whether the event is wanted at all. Events of documents, which the registry keeps for itself, are never offered.
    fn wants(&self, event: &Event) -> bool {
        let _ = event;
        true
    }

    /// Where the events go, for operators: without anything secret.
    fn place(&self) -> String {
        String::new()
    }

    /// Takes the events, all or none.
    ///
    /// # Cancel safety
    /// When the future is dropped, the events are given again.
    async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery;
}

/// Events on their way to a sink: at least one.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EventBatch<'a> {
    /// Which registry they are from: the same for as long as its metadata live.
    pub instance: &'a str,
    /// The events, in order. What the sink does not want is left out.
    pub events: &'a [Event],
}

impl<'a> EventBatch<'a> {
    /// These events of this registry.
    #[must_use]
    pub const fn new(instance: &'a str, events: &'a [Event]) -> Self {
        Self { instance, events }
    }

    /// What names an event of the batch in the world, whenever and however often it is delivered.
    #[must_use]
    pub fn id_of(&self, event: &Event) -> String {
        format!("{}-{}", self.instance, event.seq)
    }

    /// What names the batch: the same when the same events are delivered again.
    #[must_use]
    pub fn id(&self) -> String {
        let end = |event: Option<&Event>| event.map_or(0, |event| event.seq);
        format!("{}-{}-{}", self.instance, end(self.events.first()), end(self.events.last()))
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The events were taken.
    Taken,
    /// They were not taken, and may be later.
    Later {
        /// How long to wait at least, where the other side said so.
        retry_after: Option<Duration>,
        /// Which kind of failure it was, in a word: shown to operators.
        reason: String,
    },
    /// They were refused, and trying again soon would not help.
    Refused {
        /// Which kind of refusal it was, in a word: shown to operators.
        reason: String,
    },
}
