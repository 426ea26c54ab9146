//! Seeing what a server does: what is told of every request, and to whom.
//!
//! The server tells plain facts to [`Observer`]s and knows nothing of logs and metrics; what is made of the facts is the
//! affair of the observer.

mod access_log;
mod escaped;
mod exchange;
mod exposition;
mod hex;
#[cfg(feature = "metrics")]
mod metrics;
mod observer;
mod observers;
#[cfg(feature = "otel")]
mod otlp;
mod random;
mod request_id;
mod trace_context;
mod unread;

pub use access_log::{AccessLog, LineFormat, LineSink};
pub use exposition::{CacheFacts, ConfigurationFacts, Exposition, Facts, LeaseFacts, WebhookFacts};
#[cfg(feature = "metrics")]
pub use metrics::{Compat, Metrics, MetricsOptions, UnknownCompat};
pub use observer::{Finished, Observer};
#[cfg(feature = "otel")]
pub use otlp::{Exporter, OtlpSettings, OtlpSettingsError, Spans};
pub use request_id::RequestId;
pub use trace_context::TraceContext;

pub(crate) use exchange::Exchange;
pub(crate) use observers::{Observers, Present};
pub(crate) use unread::Unread;
