//! What an operator asks a server, on an address of its own.

mod serve;

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, Request, Response};

use crate::Server;
use crate::api;
use crate::body::Body;
use crate::error::Refusal;
use crate::health::Probe;
use crate::observe::Exposition;
use crate::respond::Reply;
use crate::route::RouteError;

pub use serve::serve_admin;

/// What an operator asks a server: `/livez`, `/readyz`, `/healthz`, `/healthz?deep=1` and `/metrics`.
///
/// It asks nobody who is asking, so it belongs on an address that only operators reach. It is a hyper and a tower
/// service, as the [`Server`] is; [`serve_admin`] serves it. Requests to it are neither measured nor logged.
#[derive(Clone)]
pub struct Admin {
    server: Server,
    exposition: Option<Arc<dyn Exposition>>,
}

impl Admin {
    /// For this server.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self { server, exposition: None }
    }

    /// With what was measured, for `/metrics`.
    #[must_use]
    pub fn exposition(self, exposition: Arc<dyn Exposition>) -> Self {
        Self { exposition: Some(exposition), ..self }
    }

    /// Answers one request; its body is not read.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body> {
        // What the body is does not matter, and it may not be shared between threads.
        let (method, uri) = (request.method().clone(), request.uri().clone());
        drop(request);
        let reply = self.answer(&method, uri.path(), uri.query()).await;
        reply.unwrap_or_else(Reply::from).into_response(method == Method::HEAD)
    }

    async fn answer(&self, method: &Method, path: &str, query: Option<&str>) -> Result<Reply, Refusal> {
        let shared = self.server.shared();
        if let Some(probe) = Probe::of_admin(path, query) {
            return probe.answer(shared, method).await;
        }
        match (path, method) {
            ("/metrics", &Method::GET | &Method::HEAD) => {
                api::metrics(shared, self.exposition.as_deref()).await
            }
            ("/metrics", _) => Err(RouteError::MethodNotAllowed { allow: "GET, HEAD" }.into()),
            _ => Err(RouteError::NotFound.into()),
        }
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("server", &self.server).field("exposition", &self.exposition).finish()
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<B: Send + 'static> hyper::service::Service<Request<B>> for Admin {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: Request<B>) -> Answer {
        let admin = self.clone();
        Box::pin(async move { Ok(admin.handle(request).await) })
    }
}

impl<B: Send + 'static> tower_service::Service<Request<B>> for Admin {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        hyper::service::Service::call(self, request)
    }
}
