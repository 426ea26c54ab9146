//! How events are written.

use registry_core::{Event, MediaType};
use registry_engine::delivery::EventBatch;
use serde_json::Value;

use super::{cloudevents, distribution};

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// The envelope of CNCF distribution: `{"events":[…]}`, with one entry for each event of the log.
    #[default]
    Distribution,
    /// CloudEvents 1.0 in JSON, several in one batch.
    CloudEvents,
}

/// What is told besides the events themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// How others reach the registry, without a slash at its end; empty when that is not known, and then links are
    /// paths.
    pub(super) base: String,
    /// Its host and port, where they are known.
    pub(super) address: Option<String>,
}

/// What a manifest is that a tag was set to.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) media_type: MediaType,
    pub(super) size: u64,
}

/// An event with what else is known of it.
pub(super) struct Noted<'a> {
    pub(super) event: &'a Event,
    pub(super) manifest: Option<Described>,
}

impl Format {
    /// The media type of the body.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Distribution => "application/vnd.docker.distribution.events.v2+json",
            Self::CloudEvents => "application/cloudevents-batch+json",
        }
    }

    /// The body of a request.
    pub(super) fn write(self, batch: &EventBatch<'_>, events: &[Noted<'_>], source: &Source) -> Vec<u8> {
        let body: Value = match self {
            Self::Distribution => distribution::envelope(batch, events, source),
            Self::CloudEvents => cloudevents::batch(batch, events, source),
        };
        // Strings and numbers: serialising them does not fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}
