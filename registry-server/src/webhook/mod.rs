//! Webhooks: events that are posted to others, in the envelope of CNCF distribution or as CloudEvents.
//!
//! What is promised about order, repetition and failure is that of [`registry_engine::delivery`]; this is the sink that
//! speaks HTTP. An endpoint takes a request by answering 2xx. It is asked again after 408, 425, 429, 5xx, a timeout or a
//! broken connection; any other answer is a refusal. Redirects are never followed, as they would take what is sent, and
//! its signature, to somewhere that nobody named.
//!
//! Each request bears the headers of [Standard Webhooks](https://www.standardwebhooks.com): `webhook-id`, which is the
//! same when the same events come again, `webhook-timestamp`, and, where there is a secret, `webhook-signature`.

mod address;
mod cloudevents;
mod distribution;
mod format;
mod glob;
mod options;
mod signature;
mod sink;

pub use format::Format;
pub use options::{Webhook, WebhookError};
