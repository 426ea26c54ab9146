//! Bad weather between a client and an HTTP service.

mod carry;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

/// What befalls requests: of a thousand, how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Weather {
    /// Refused with 503 `SlowDown`, 500, or what a proxy says; the service never hears of them.
    pub refused: u64,
    /// Carried out, and answered by 500 all the same.
    pub denied: u64,
    /// Held back for [`stall`](Self::stall) before they are passed on.
    pub stalled: u64,
    /// Cut off at any byte of their body, before or after the service has it.
    pub cut: u64,
    /// Whose answer breaks off at any byte.
    pub cut_answer: u64,
    /// For how long one is held back.
    pub stall: Duration,
}

impl Weather {
    /// Nothing befalls anything.
    #[must_use]
    pub const fn fine() -> Self {
        Self { refused: 0, denied: 0, stalled: 0, cut: 0, cut_answer: 0, stall: Duration::ZERO }
    }

    /// One in five is refused, and one in ten meets something worse.
    #[must_use]
    pub const fn storm() -> Self {
        let stall = Duration::from_secs(5);
        Self { refused: 180, denied: 20, stalled: 10, cut: 40, cut_answer: 40, stall }
    }
}

/// What befalls one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Passed,
    Refused(u64),
    Denied,
    Stalled(Duration),
    /// At a place in its body, given as a share of 2^16.
    Cut(u64),
    CutAnswer(u64),
}

/// The go-between, until it is dropped.
#[derive(Debug)]
pub struct Between {
    address: SocketAddr,
    sky: Arc<Sky>,
    task: AbortHandle,
}

/// What is shared by all requests.
#[derive(Debug)]
struct Sky {
    target: SocketAddr,
    weather: Mutex<Weather>,
    drawn: AtomicU64,
    befallen: AtomicU64,
}

impl Between {
    /// Stands before the service at `target`, on a port of its own, in fine weather.
    pub async fn start(target: SocketAddr) -> Self {
        Self::on(SocketAddr::from(([127, 0, 0, 1], 0)), target).await
    }

    /// As [`start`](Self::start), at this address.
    pub async fn on(address: SocketAddr, target: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Mutex::new(Weather::fine());
        let sky = Sky { target, weather, drawn: AtomicU64::new(0), befallen: AtomicU64::new(0) };
        let sky = Arc::new(sky);
        let task = tokio::spawn(accept(listener, Arc::clone(&sky))).abort_handle();
        Self { address, sky, task }
    }

    /// Where a client finds it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What befalls requests from now on.
    pub fn set(&self, weather: Weather) {
        *self.sky.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
    }

    /// How many requests something befell.
    #[must_use]
    pub fn befallen(&self) -> u64 {
        self.sky.befallen.load(Ordering::Relaxed)
    }
}

/// Connections end with it, and later ones are refused.
impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, sky: Arc<Sky>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let sky = Arc::clone(&sky);
        let service = service_fn(move |request| {
            let fate = sky.draw();
            carry::carry(sky.target, request, fate)
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

impl Sky {
    fn draw(&self) -> Fate {
        let weather = *self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        let number = mixed(self.drawn.fetch_add(1, Ordering::Relaxed));
        let (place, mut at) = ((number >> 32) & 0xffff, (number & 0xffff_ffff) % 1000);
        let table = [
            (weather.refused, Fate::Refused(place)),
            (weather.denied, Fate::Denied),
            (weather.stalled, Fate::Stalled(weather.stall)),
            (weather.cut, Fate::Cut(place)),
            (weather.cut_answer, Fate::CutAnswer(place)),
        ];
        for (share, fate) in table {
            if at < share {
                self.befallen.fetch_add(1, Ordering::Relaxed);
                return fate;
            }
            at -= share;
        }
        Fate::Passed
    }
}

/// A number that looks drawn (SplitMix64, by Steele, Lea and Flood).
const fn mixed(seed: u64) -> u64 {
    let mut number = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
