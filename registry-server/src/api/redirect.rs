//! Sending a client to where the bytes of a blob are (T15).

use std::fmt;
use std::time::Duration;

use http::header::{CACHE_CONTROL, LOCATION, RANGE, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use registry_core::RangeRequest;
use registry_engine::BlobHandle;

use super::Call;
use crate::Redirects;
use crate::error::Refusal;
use crate::redirect::is_conditional;
use crate::respond::Reply;

/// How long the store may take to say where a blob is.
const SIGNING: Duration = Duration::from_secs(5);

/// The answer that sends the client to the store, where that is wanted, and the store has an address for it.
///
/// What the store would answer otherwise than this registry is answered here: conditions, several ranges, and ranges
/// that lie outside or mean nothing.
pub(super) async fn redirect(
    call: &Call<'_>,
    blob: &BlobHandle,
    wanted: &RangeRequest,
) -> Result<Option<Reply>, Refusal> {
    let Some(redirects) = call.shared.redirects.load_full() else { return Ok(None) };
    let answered_alike = match wanted {
        RangeRequest::Whole => !call.headers.contains_key(RANGE),
        RangeRequest::Ranges(ranges) => ranges.len() == 1,
        _ => false,
    };
    let elsewhere = answered_alike
        && !call.head
        && !is_conditional(call.headers)
        && redirects.covers(call.peer, blob.size());
    if !elsewhere {
        return Ok(None);
    }
    let url = address(blob.direct_url(redirects.expiry.min(Redirects::MOST))).await;
    Ok(url.and_then(|url| to(blob, &url)))
}

/// The address, if there is one in time: to sign may take a question to the cloud, and without an answer there are still
/// the bytes.
async fn address<E: fmt::Display>(
    signing: impl Future<Output = Result<Option<String>, E>>,
) -> Option<String> {
    match tokio::time::timeout(SIGNING, signing).await {
        Ok(Ok(url)) => url,
        Ok(Err(error)) => {
            tracing::warn!(%error, "no address of the store: the bytes are sent");
            None
        }
        Err(_) => {
            tracing::warn!("no address of the store in time: the bytes are sent");
            None
        }
    }
}

/// The answer with this address, which is a secret.
fn to(blob: &BlobHandle, url: &str) -> Option<Reply> {
    let Ok(mut location) = HeaderValue::try_from(url) else {
        tracing::error!("an address of the store is no header: the bytes are sent");
        return None;
    };
    location.set_sensitive(true);
    let reply = Reply::new(StatusCode::TEMPORARY_REDIRECT)
        .with_content(&blob.digest())
        .with(LOCATION, location)
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Some(reply)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn t15_without_an_address_in_time_there_are_the_bytes() {
        assert_eq!(address::<String>(ready(Ok(Some("url".to_owned())))).await.as_deref(), Some("url"));
        assert_eq!(address::<String>(ready(Ok(None))).await, None);
        assert_eq!(address(ready(Err("the cloud is away"))).await, None);
        let started = tokio::time::Instant::now();
        let waiting = address::<String>(pending());
        assert_eq!(tokio::time::timeout(Duration::from_secs(60), waiting).await, Ok(None));
        assert_eq!(started.elapsed(), SIGNING);
    }
}
