//! Traces for OpenTelemetry collectors: OTLP over HTTP, in its JSON encoding.
//!
//! Only spans of requests are sent, so the protocol is written here rather than brought in with all that can be done with
//! it: <https://opentelemetry.io/docs/specs/otlp/>.

mod encode;
mod exporter;
mod settings;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::mpsc::{self, Sender};

pub use exporter::Exporter;
pub use settings::{OtlpSettings, OtlpSettingsError};

use super::{Finished, Observer};

/// How many spans may wait to be sent; more are lost, and counted.
const QUEUE: usize = 4096;

/// Makes a span of every request whose trace is sampled. An [`Exporter`] sends them.
#[derive(Debug)]
pub struct Spans {
    queue: Sender<Value>,
    lost: Arc<AtomicU64>,
}

impl Spans {
    /// What makes spans, and what sends them to where the settings say.
    #[must_use]
    pub fn new(settings: OtlpSettings) -> (Self, Exporter) {
        let (queue, spans) = mpsc::channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        (Self { queue, lost: Arc::clone(&lost) }, Exporter::new(settings, spans, lost))
    }
}

impl Observer for Spans {
    fn finished(&self, request: &Finished<'_>) {
        // Questions about the health of the server say nothing about anybody's request.
        if !request.trace.sampled || request.handler == "health" {
            return;
        }
        // A request never waits for a collector.
        if self.queue.try_send(encode::span(request)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}
