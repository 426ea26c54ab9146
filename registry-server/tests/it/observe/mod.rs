//! What a server tells of itself.

mod access_log;
mod metrics;
mod observer;
#[cfg(feature = "otel")]
mod otlp;
mod request_id;
mod trace;
mod unread;
