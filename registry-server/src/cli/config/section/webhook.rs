//! `[[webhooks]]`.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use super::super::shape::{EventName, Header, Pattern, Secret, Url, choice};
use super::section;

section! {
    /// An endpoint that is told of events. Each has its own place in the log, which survives a restart.
    Webhook {
        /// Its name, under which its place in the log is kept.
        name: String => reload,
        /// Where events are posted to.
        url: Url => reload,
        /// How events are written: as CNCF distribution does, or as CloudEvents.
        format: Envelope = Envelope::Distribution => reload,
        /// Headers that are sent along.
        headers: BTreeMap<Header, Secret> => reload,
        /// The key of the signature over each body (HMAC-SHA256).
        secret: Option<Secret> => reload,
        /// The value of the header `Authorization`.
        authorization: Option<Secret> => reload,
        /// The authorities that vouch for the receiver: a file of certificates in PEM, in place of those of the system.
        ca_file: Option<PathBuf> => reload,
        /// The kinds of events that are sent; all where there is none.
        kinds: Vec<EventName> => reload,
        /// Patterns of the repositories whose events are sent, such as `library/*`; all where there is none.
        repositories: Vec<Pattern> => reload,
        /// How long an answer may take.
        timeout: Duration = Duration::from_secs(10) => reload,
        /// The most events of one request.
        batch: NonZeroU64 = NonZeroU64::MIN.saturating_add(99) => reload,
        /// The longest pause between two tries.
        backoff_max: Duration = Duration::from_secs(300) => reload,
    }
}

choice! {
    /// How events are written.
    Envelope {
        Distribution = "distribution",
        CloudEvents = "cloudevents",
    }
}
