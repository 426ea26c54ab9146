//! A service that speaks as much S3 as the store needs, keeps everything in memory, counts, and fails when told to.
//!
//! Its bucket is `test`. It checks no signature. It is strict where some services are: parts but the last are of one size
//! and at least 5 MiB, and their entity tags must be right.

mod answer;
mod keep;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

pub use keep::{Keep, Object, Upload};

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// What is done to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weather {
    /// What it asks for.
    Fine,
    /// This status, with this code and perhaps a time to wait.
    Status(u16, &'static str, Option<u64>),
    /// Nothing is answered for so long.
    Stall(Duration),
    /// The body of the answer ends after so many bytes.
    Cut(usize),
    /// What was asked is done, and the answer is this.
    DoneBut(u16, &'static str),
}

/// Decides what is done to a request: its kind, and how many of the kind came before.
type Forecast = Box<dyn Fn(&str, usize) -> Weather + Send>;

/// The service, until it is dropped: then nothing is answered any more, and connections are refused.
pub struct Double {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: AbortHandle,
}

struct Shared {
    keep: Keep,
    counts: BTreeMap<String, usize>,
    forecast: Forecast,
}

impl Double {
    /// An empty bucket, on a port of its own.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let forecast: Forecast = Box::new(|_, _| Weather::Fine);
        let shared = Shared { keep: Keep::default(), counts: BTreeMap::new(), forecast };
        let shared = Arc::new(Mutex::new(shared));
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let shared = Arc::clone(&serving);
                let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        Self { address, shared, task: task.abort_handle() }
    }

    /// Where it is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is done to requests from now on.
    pub fn weather(&self, forecast: impl Fn(&str, usize) -> Weather + Send + 'static) {
        let mut shared = self.lock();
        shared.counts.clear();
        shared.forecast = Box::new(forecast);
    }

    /// How many requests of each kind came since the last call.
    pub fn counted(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.lock().counts)
    }

    /// What it keeps.
    pub fn kept<T>(&self, look: impl FnOnce(&mut Keep) -> T) -> T {
        look(&mut self.lock().keep)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Double").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(shared: Arc<Mutex<Shared>>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let asked = answer::Asked::new(&head);
    let Ok(body) = body.collect().await else {
        return Ok(answer::error(400, "IncompleteBody", None));
    };
    let weather = {
        let mut shared = shared.lock().unwrap();
        let count = shared.counts.entry(asked.kind().to_owned()).or_default();
        let before = *count;
        *count += 1;
        (shared.forecast)(asked.kind(), before)
    };
    match weather {
        Weather::Status(status, code, wait) => return Ok(answer::error(status, code, wait)),
        Weather::Stall(time) => tokio::time::sleep(time).await,
        Weather::Fine | Weather::Cut(_) | Weather::DoneBut(..) => {}
    }
    let response = asked.answer(&mut shared.lock().unwrap().keep, body.to_bytes());
    Ok(match weather {
        Weather::Cut(at) => answer::cut(response, at),
        Weather::DoneBut(status, code) => answer::error(status, code, None),
        _ => response,
    })
}
