//! Who is let in when there are more requests than places.

mod lane;

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, StatusCode};
use registry_core::ErrorCode;

use self::lane::Lane;
pub(crate) use self::lane::Place;
use crate::Limits;
use crate::error::Refusal;
use crate::route::Route;

/// The places of a server.
///
/// Uploads and downloads last as long as clients take for them, so each have places of their own: however many of
/// them are slow, there is room for the short requests, and for each other.
#[derive(Debug)]
pub(crate) struct Admission {
    requests: Lane,
    uploads: Lane,
    downloads: Lane,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            requests: Lane::new("concurrent_requests", limits.concurrent_requests),
            uploads: Lane::new("concurrent_uploads", limits.concurrent_uploads),
            downloads: Lane::new("concurrent_downloads", limits.concurrent_downloads),
        }
    }

    /// As many places as the other limits say. Whoever has a place keeps it.
    pub(crate) fn resize(&self, from: &Limits, to: &Limits) {
        self.requests.resize(from.concurrent_requests, to.concurrent_requests);
        self.uploads.resize(from.concurrent_uploads, to.concurrent_uploads);
        self.downloads.resize(from.concurrent_downloads, to.concurrent_downloads);
    }

    /// Waits for a place to do what the route means. Nothing has been read of its body by then.
    ///
    /// # Errors
    /// When too many others wait already, or none became free in time.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the wait.
    pub(crate) async fn enter(
        &self,
        limits: &Limits,
        route: &Route,
        method: &Method,
    ) -> Result<Place, Overload> {
        let lane = match route {
            Route::UploadAppend { .. }
            | Route::UploadFinish { .. }
            | Route::BlobPut { .. }
            | Route::ManifestPut { .. } => &self.uploads,
            Route::BlobRead { .. } if method != Method::HEAD => &self.downloads,
            _ => &self.requests,
        };
        place(lane, limits).await
    }

    /// Waits for a place to send an answer that is too large to be sent in one go.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    ///
    /// # Cancel safety
    /// Dropping the future gives up the wait.
    pub(crate) async fn leave(&self, limits: &Limits) -> Result<Place, Overload> {
        place(&self.downloads, limits).await
    }

    /// Whether this place is one that an answer may keep while it is sent.
    pub(crate) fn is_for_sending(&self, place: &Place) -> bool {
        self.downloads.has_given(place)
    }
}

async fn place(lane: &Lane, limits: &Limits) -> Result<Place, Overload> {
    let wait = limits.queue_timeout;
    lane.enter(limits.queue, wait).await.ok_or(Overload { limit: lane.limit(), wait })
}

/// There is no place, and no room to wait for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overload {
    /// The name of the limit.
    pub(crate) limit: &'static str,
    /// After how long it is worth trying again.
    wait: Duration,
}

impl From<Overload> for Refusal {
    fn from(overload: Overload) -> Self {
        let seconds = overload.wait.as_secs().max(1);
        let message = "the registry is doing all it can; try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
            .with(RETRY_AFTER, HeaderValue::from(seconds))
    }
}
