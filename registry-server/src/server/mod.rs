//! The registry as a value that answers HTTP requests.

mod builder;
mod facts;
mod line;
mod service;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use http::header::{CONNECTION, EXPECT};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, Version};
use registry_auth::{Authenticator, Authorizer};
use registry_engine::delivery::Deliveries;
use registry_engine::lease::Lease;
use registry_engine::{BoxError, Registry};
use tokio::sync::watch;
use tracing::Instrument;

pub use builder::ServerBuilder;
use facts::CacheUse;
pub(crate) use line::{Busy, Line};

use crate::access::{self, Offer};
use crate::admission::{Admission, Overload, Place};
use crate::api::{self, Call};
use crate::body::{Body, Payload};
use crate::error::Refusal;
use crate::header::{REQUEST_ID, check_host, check_size};
use crate::health::{Health, Probe};
use crate::observe::{ConfigurationFacts, Exchange, Exposition, Observer, Observers};
use crate::patience::Demand;
use crate::respond::Reply;
use crate::route;
use crate::{Limits, Redirects, Writes};

/// A registry over HTTP: one value, cheap to clone, that answers requests.
///
/// It is a [`hyper::service::Service`] and a [`tower_service::Service`] for requests with any body of bytes, so it runs
/// [alone](crate::serve), under any hyper server, and inside an axum router as a fallback or nested service whose path
/// is left as it is. It spawns nothing, and two of them share nothing but the registry they were made of.
///
/// It needs a tokio runtime with its clock.
///
/// # Cancel safety
/// Dropping the future of a request, as servers do when the client goes away, leaves no partial state that anybody can
/// see: see the methods of [`registry_engine::Repository`].
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
    /// Of the connection for which this clone answers, where that is one of ours.
    line: Option<Line>,
    /// The other end of that connection.
    peer: Option<SocketAddr>,
}

/// What all clones of a server share.
pub(crate) struct Shared {
    pub(crate) registry: Registry,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) authorizer: Arc<dyn Authorizer>,
    /// The most entries that a listing holds.
    pub(crate) max_page: usize,
    pub(crate) limits: ArcSwap<Limits>,
    /// What can be written.
    pub(crate) offer: Offer,
    /// Which downloads are answered by an address of the store.
    pub(crate) redirects: ArcSwapOption<Redirects>,
    pub(crate) admission: Admission,
    /// Whether the server was told to stop.
    pub(crate) draining: watch::Sender<bool>,
    /// Who is told what happens.
    pub(crate) observers: Observers,
    /// Whether the log of events can be read.
    pub(crate) event_log: bool,
    /// How often somebody who follows it is sent a sign of life.
    pub(crate) heartbeat: Duration,
    /// Who writes down what was measured.
    pub(crate) exposition: Option<Arc<dyn Exposition>>,
    /// What is known of the health of the stores.
    pub(crate) health: Health,
    /// Whose endpoints are told about.
    pub(crate) deliveries: Option<Deliveries>,
    /// Which leases are told about.
    pub(crate) leases: Vec<Lease>,
    /// Who tells of what use the cache of metadata is.
    pub(crate) cache: Option<CacheUse>,
    /// How its configuration stands.
    pub(crate) configuration: ArcSwapOption<ConfigurationFacts>,
}

impl Server {
    /// Begins to build a server for a registry.
    ///
    /// Nobody may do anything until an [authorizer](ServerBuilder::authorizer) is given.
    pub fn builder(registry: Registry) -> ServerBuilder {
        ServerBuilder::new(registry)
    }

    /// Tells all clones of this server that it is about to stop: from now on it is not ready, and answers that would
    /// never end by themselves come to their end. Requests are still answered. [`serve`](crate::serve) does this as
    /// soon as it is told to shut down; whoever mounts the server elsewhere does it themselves.
    pub fn drain(&self) {
        self.shared.draining.send_replace(true);
    }

    /// Whether the server was told to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.shared.is_draining()
    }

    /// The same server for one connection.
    pub(crate) fn on(&self, line: Line, peer: SocketAddr) -> Self {
        Self { shared: Arc::clone(&self.shared), line: Some(line), peer: Some(peer) }
    }

    /// How much clients may take up, as it is now.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        self.shared.limits.load_full()
    }

    /// Sets how much clients may take up from now on, for all clones of this server.
    ///
    /// Nobody loses what they have: a connection keeps the times and sizes it was accepted with, a request its place and
    /// its least rate. Where there are more of them than may be now, none are let in until there are fewer.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use registry_engine::Registry;
    /// # use registry_storage::blob::MemoryBlobStore;
    /// # use registry_storage::metadata::MemoryMetadataStore;
    /// use registry_server::{Limits, Server};
    ///
    /// # let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
    /// let server = Server::builder(registry).build();
    /// let mut limits = Limits::clone(&server.limits());
    /// limits.concurrent_uploads = 64;
    /// server.set_limits(limits);
    /// assert_eq!(server.limits().concurrent_uploads, 64);
    /// ```
    pub fn set_limits(&self, limits: Limits) {
        let limits = Arc::new(limits);
        let former = self.shared.limits.swap(Arc::clone(&limits));
        // Differences: in whatever order two of them are made, the places come out right.
        self.shared.admission.resize(&former, &limits);
    }

    /// What all clones share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Who is told what happens.
    pub(crate) fn observers(&self) -> &Observers {
        &self.shared.observers
    }

    /// What can be written at all.
    #[must_use]
    pub fn writes(&self) -> Writes {
        self.shared.offer.now()
    }

    /// Sets what can be written from now on, for all clones of this server. Requests under way are not touched.
    pub fn set_writes(&self, writes: Writes) {
        self.shared.offer.set(writes);
    }

    /// Sets which downloads are answered by an address of the store from now on, for all clones of this server; `None`
    /// for none.
    pub fn set_redirects(&self, redirects: Option<Redirects>) {
        self.shared.redirects.store(redirects.map(Arc::new));
    }

    /// Notes how the configuration of the program stands with what was last read of it, for operators: in the
    /// measurements, and in `/healthz` of an [`Admin`](crate::Admin). Whether the server is ready does not depend on it.
    pub fn note_configuration(&self, facts: ConfigurationFacts) {
        self.shared.configuration.store(Some(Arc::new(facts)));
    }

    /// Answers one request.
    ///
    /// This is what the two services do. Whatever the request is, there is an answer: errors are responses.
    ///
    /// A [`SocketAddr`] among the extensions of the request is taken for the other end of its connection.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let waits = parts.headers.get(EXPECT).is_some_and(|value| {
            parts.version >= Version::HTTP_11 && value.as_bytes().eq_ignore_ascii_case(b"100-continue")
        });
        self.respond(&parts, Payload::new(body, waits, Demand::from(&*self.limits()))).await
    }

    /// Answers one request, and sees to it that the connection is in order behind it.
    async fn respond(&self, parts: &Parts, mut payload: Payload) -> Response<Body> {
        let busy = self.line.as_ref().map(Line::begin);
        let peer = self.peer.or_else(|| parts.extensions.get::<SocketAddr>().copied());
        let mut exchange = Exchange::begin(&self.shared.observers, parts, peer);
        exchange.counts(payload.received());
        let span = exchange.span();
        let answer = self.answer(parts, &mut payload, &mut exchange).instrument(span).await;
        let (reply, place) = answer.unwrap_or_else(|refusal| (exchange.refused(refusal), None));
        self.shared.health.note(&parts.method, reply.status());
        exchange.answered(reply.status());
        let reply = reply.with(REQUEST_ID, exchange.id().to_header());
        let mut response = reply.into_response(parts.method == Method::HEAD);
        let is_http1 = parts.version <= Version::HTTP_11;
        // A body that was not read to its end stands before the next request. HTTP/2 just ends the stream.
        let leftover = !payload.drain().await && is_http1;
        if let (Some(line), true) = (&self.line, leftover) {
            line.note_leftover();
        }
        if leftover || (self.is_last_on_line() && is_http1) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.map(|body| body.of(exchange).taking_up(busy, place))
    }

    /// Whether the connection takes no further request; HTTP/2 is told so by this.
    fn is_last_on_line(&self) -> bool {
        let most = self.limits().requests_per_connection;
        let last = self.line.as_ref().filter(|line| most > 0 && line.requests() >= most);
        if let Some(line) = last {
            line.retire();
        }
        last.is_some()
    }

    /// The reply, with the place that it keeps while it is sent.
    async fn answer(
        &self,
        parts: &Parts,
        payload: &mut Payload,
        exchange: &mut Exchange,
    ) -> Result<(Reply, Option<Place>), Refusal> {
        let shared = &*self.shared;
        let limits = self.limits();
        check_size(parts, &limits)?;
        if let Some(probe) = Probe::of(parts.uri.path()) {
            exchange.is_for(Probe::HANDLER);
            return Ok((probe.answer(shared, &parts.method).await?, None));
        }
        // On a connection of our own this is ours to do; a request from elsewhere may never have been on a wire.
        if self.line.is_some() && parts.version == Version::HTTP_11 {
            check_host(&parts.headers)?;
        }
        let route = route::parse(&parts.method, parts.uri.path(), parts.uri.query())?;
        exchange.means(&route);
        let entered = shared.admission.enter(&limits, &route, &parts.method).await;
        let place = entered.map_err(|full| self.limited(full))?;
        let authorized = access::authorize(shared, &route, &parts.headers).await?;
        exchange.is_from(authorized.actor());
        shared.offer.check(&route)?;
        let head = parts.method == Method::HEAD;
        let peer = exchange.remote().map(|remote| remote.ip());
        let call = Call { shared, authorized, headers: &parts.headers, head, peer };
        let reply = api::answer(&call, route, payload).await?;
        if shared.admission.is_for_sending(&place) {
            return Ok((reply, Some(place)));
        }
        if !head && reply.is_large() {
            let place = shared.admission.leave(&limits).await.map_err(|full| self.limited(full))?;
            return Ok((reply, Some(place)));
        }
        Ok((reply, None))
    }

    fn limited(&self, full: Overload) -> Refusal {
        self.shared.observers.limited(full.limit);
        full.into()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("registry", &self.shared.registry)
            .field("authenticator", &self.shared.authenticator)
            .field("authorizer", &self.shared.authorizer)
            .field("max_page", &self.shared.max_page)
            .field("limits", &self.limits())
            .finish()
    }
}
