//! Building a server.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use registry_auth::{Anonymous, Authenticator, Authorizer, Deny};
use registry_engine::Registry;
use registry_engine::delivery::Deliveries;
use registry_engine::lease::Lease;
use tokio::sync::watch;

use super::facts::CacheUse;
use super::{Server, Shared};
use crate::access::Offer;
use crate::admission::Admission;
use crate::health::Health;
use crate::observe::{CacheFacts, Exposition, Observer, Observers};
use crate::{Limits, Redirects, Writes};

/// Builds a [`Server`]. How large a manifest may be and the like are settings of the registry itself.
#[derive(Debug, Clone)]
#[must_use]
pub struct ServerBuilder {
    registry: Registry,
    authenticator: Arc<dyn Authenticator>,
    authorizer: Arc<dyn Authorizer>,
    max_page: usize,
    limits: Limits,
    writes: Writes,
    redirects: Option<Redirects>,
    observers: Observers,
    event_log: bool,
    heartbeat: Duration,
    exposition: Option<Arc<dyn Exposition>>,
    deliveries: Option<Deliveries>,
    leases: Vec<Lease>,
    cache: Option<CacheUse>,
}

impl ServerBuilder {
    /// The most entries of a listing when nothing else is said.
    const MAX_PAGE: usize = 100_000;
    /// How often somebody who follows the log is told that nothing has happened, when nothing else is said.
    const HEARTBEAT: Duration = Duration::from_secs(15);

    pub(super) fn new(registry: Registry) -> Self {
        Self {
            registry,
            authenticator: Arc::new(Anonymous),
            authorizer: Arc::new(Deny),
            max_page: Self::MAX_PAGE,
            limits: Limits::default(),
            writes: Writes::default(),
            redirects: None,
            observers: Observers::default(),
            event_log: true,
            heartbeat: Self::HEARTBEAT,
            exposition: None,
            deliveries: None,
            leases: Vec::new(),
            cache: None,
        }
    }

    /// Who tells who is asking. Without one, everybody is anonymous.
    pub fn authenticator(self, authenticator: Arc<dyn Authenticator>) -> Self {
        Self { authenticator, ..self }
    }

    /// Who decides what they may do. Without one, nobody may do anything.
    pub fn authorizer(self, authorizer: Arc<dyn Authorizer>) -> Self {
        Self { authorizer, ..self }
    }

    /// The most entries that a listing of tags, repositories or referrers holds, also when a client asks for more or
    /// for all: 100,000 unless said otherwise. The rest is reached by links. At least one.
    pub fn max_page(self, entries: usize) -> Self {
        Self { max_page: entries.max(1), ..self }
    }

    /// How much clients may take up, and for how long; [`set_limits`](Server::set_limits) changes it later.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// What can be written at all, whoever asks. Everything unless said otherwise;
    /// [`set_writes`](Server::set_writes) changes it later.
    pub fn writes(self, writes: Writes) -> Self {
        Self { writes, ..self }
    }

    /// Which downloads are answered by an address of the store. None unless said otherwise;
    /// [`set_redirects`](Server::set_redirects) changes it later.
    pub fn redirects(self, redirects: Option<Redirects>) -> Self {
        Self { redirects, ..self }
    }

    /// One more that is told what happens. Without any, nobody is.
    pub fn observer(self, observer: Arc<dyn Observer>) -> Self {
        Self { observers: self.observers.with(observer), ..self }
    }

    /// Whether the log of events can be read (`_registry/events/log`). It can unless said otherwise; without it there is
    /// no such endpoint.
    pub fn event_log(self, offered: bool) -> Self {
        Self { event_log: offered, ..self }
    }

    /// How often somebody who follows the log of events is sent a sign of life while nothing happens: every 15 seconds
    /// unless said otherwise, which is below what proxies wait for.
    pub fn heartbeat(self, every: Duration) -> Self {
        Self { heartbeat: every.max(Duration::from_millis(1)), ..self }
    }

    /// Who writes down what was measured, for `/metrics`; whoever reads it needs
    /// [`Access::metrics`](registry_auth::Access::metrics). Without one there is no `/metrics`.
    pub fn exposition(self, exposition: Arc<dyn Exposition>) -> Self {
        Self { exposition: Some(exposition), ..self }
    }

    /// Whose endpoints `/v2/_registry/webhooks/status` tells about. Nothing is delivered by that: the program
    /// [runs](Deliveries::run) them itself.
    pub fn deliveries(self, deliveries: Deliveries) -> Self {
        Self { deliveries: Some(deliveries), ..self }
    }

    /// Which [leases](Lease) the measurements tell about: whether each is held here.
    pub fn leases(self, leases: impl IntoIterator<Item = Lease>) -> Self {
        Self { leases: leases.into_iter().collect(), ..self }
    }

    /// Who tells of what use a cache of metadata is, for the measurements. It must be quick.
    pub fn cache(self, facts: impl Fn() -> CacheFacts + Send + Sync + 'static) -> Self {
        Self { cache: Some(CacheUse(Arc::new(facts))), ..self }
    }

    /// The server.
    #[must_use]
    pub fn build(self) -> Server {
        let Self { registry, authenticator, authorizer, max_page, limits, .. } = self;
        let Self { writes, redirects, observers, event_log, heartbeat, exposition, .. } = self;
        let Self { deliveries, leases, cache, .. } = self;
        let shared = Shared {
            registry,
            authenticator,
            authorizer,
            max_page,
            admission: Admission::new(&limits),
            limits: ArcSwap::from_pointee(limits),
            offer: Offer::new(writes),
            redirects: ArcSwapOption::from_pointee(redirects),
            draining: watch::Sender::new(false),
            observers,
            event_log,
            heartbeat,
            exposition,
            health: Health::default(),
            deliveries,
            leases,
            cache,
            configuration: ArcSwapOption::empty(),
        };
        Server { shared: Arc::new(shared), line: None, peer: None }
    }
}
