//! The sink that speaks HTTP.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Digest, Event, EventKind, RepositoryName};
use registry_engine::delivery::{Delivery, EventBatch, EventSink};
use registry_engine::{self as engine, Registry};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};

use super::address::Address;
use super::format::{Described, Format, Noted, Source};
use super::glob;
use super::signature::Key;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How much of an answer is read, so that the connection can be used again.
const ANSWER_BYTES: usize = 64 * 1024;

/// Posts events to one address. What may be secret is not printed by `Debug`.
#[derive(Debug)]
pub(super) struct HttpSink {
    pub(super) name: String,
    pub(super) registry: Registry,
    pub(super) client: Client,
    pub(super) address: Address,
    pub(super) format: Format,
    pub(super) source: Source,
    /// Sent with each request; all are marked as sensitive.
    pub(super) headers: HeaderMap,
    pub(super) key: Option<Key>,
    /// The names of the kinds that are wanted; all when there is none.
    pub(super) kinds: Vec<String>,
    /// Patterns of the repositories that are wanted; all when there is none.
    pub(super) repositories: Vec<String>,
}

#[async_trait]
impl EventSink for HttpSink {
    fn wants(&self, event: &Event) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == event.kind.name());
        let of = |name: &RepositoryName| {
            self.repositories.iter().any(|pattern| glob::matches(pattern, name.as_str()))
        };
        kind && (self.repositories.is_empty() || event.repository.as_ref().is_some_and(of))
    }

    fn place(&self) -> String {
        self.address.to_string()
    }

    async fn deliver(&self, batch: &EventBatch<'_>) -> Delivery {
        let delivered = match self.noted(batch).await {
            Ok(events) => self.post(batch, self.format.write(batch, &events, &self.source)).await,
            Err(_) => later("store", None),
        };
        match &delivered {
            Delivery::Taken => {
                tracing::debug!(webhook = self.name, events = batch.events.len(), "delivered");
            }
            Delivery::Later { reason, .. } | Delivery::Refused { reason } => {
                tracing::warn!(webhook = self.name, reason, "events were not taken");
            }
            _ => {}
        }
        delivered
    }
}

impl HttpSink {
    /// The events with what the tags point to: it stands in the events before them, or is looked up.
    async fn noted<'a>(&self, batch: &EventBatch<'a>) -> Result<Vec<Noted<'a>>, engine::Error> {
        let mut seen: HashMap<Digest, Described> = HashMap::new();
        let mut noted = Vec::with_capacity(batch.events.len());
        for event in batch.events {
            let mut manifest = None;
            match (&event.kind, &event.repository) {
                (EventKind::ManifestPut { digest, media_type, size, .. }, _) => {
                    seen.insert(*digest, Described { media_type: media_type.clone(), size: *size });
                }
                (EventKind::TagSet { digest, .. }, Some(name)) => {
                    manifest = match seen.get(digest) {
                        Some(known) => Some(known.clone()),
                        None => self.described(name, digest).await?,
                    };
                }
                _ => {}
            }
            noted.push(Noted { event, manifest });
        }
        Ok(noted)
    }

    /// What a manifest is; `None` when it is gone by now.
    async fn described(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Described>, engine::Error> {
        match self.registry.repository(name.clone()).stat_manifest(&(*digest).into()).await {
            Ok(stat) => Ok(Some(Described { media_type: stat.media_type, size: stat.size })),
            Err(engine::Error::ManifestUnknown { .. } | engine::Error::RepositoryUnknown) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn post(&self, batch: &EventBatch<'_>, body: Vec<u8>) -> Delivery {
        let id = batch.id();
        let seconds = self.registry.now().as_micros() / 1_000_000;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.format.content_type()));
        headers.insert(TIMESTAMP, seconds.into());
        if let Some(key) = &self.key
            && let Ok(signature) = HeaderValue::try_from(key.sign(&id, seconds, &body))
        {
            headers.insert(SIGNATURE, signature);
        }
        if let Ok(id) = HeaderValue::try_from(id) {
            headers.insert(ID, id);
        }
        headers.extend(self.headers.clone());
        let sent = self.client.post(self.address.0.clone()).headers(headers).body(body).send().await;
        match sent {
            Ok(response) => answered(response).await,
            Err(error) => later(failure(&error), None),
        }
    }
}

/// What an answer means.
async fn answered(mut response: Response) -> Delivery {
    let status = response.status();
    let retry_after = retry_after(&response);
    // Whatever is said besides the status is thrown away, and may fail as it likes.
    let mut left = ANSWER_BYTES;
    while let Ok(Some(chunk)) = response.chunk().await {
        let Some(rest) = left.checked_sub(chunk.len()) else { break };
        left = rest;
    }
    let reason = format!("status_{}", status.as_u16());
    match status {
        status if status.is_success() => Delivery::Taken,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            later(reason, retry_after)
        }
        status if status.is_server_error() => later(reason, retry_after),
        _ => Delivery::Refused { reason },
    }
}

/// How long to wait, where the answer says so in seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What went wrong, in a word.
fn failure(error: &reqwest::Error) -> &'static str {
    match tls_failure(error) {
        Some(rustls::Error::InvalidCertificate(_)) => "certificate",
        Some(_) => "tls",
        None if error.is_timeout() => "timeout",
        None if error.is_connect() => "connect",
        None => "request",
    }
}

/// What TLS says of it, which stands somewhere among the causes.
fn tls_failure<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        // An I/O error tells as its cause what is behind the error that it holds.
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(held) => Some(held),
            None => cause.source(),
        };
    }
    None
}

fn later(reason: impl Into<String>, retry_after: Option<Duration>) -> Delivery {
    Delivery::Later { retry_after, reason: reason.into() }
}
