//! What is logged, and how.

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

use super::config::{Format, Log};

/// Sets which entries are logged while the program runs.
#[derive(Debug, Clone)]
pub(super) struct Level(Handle<EnvFilter, Registry>);

/// Begins to log to standard error.
pub(super) fn start(log: &Log) -> Level {
    let (filter, handle) = reload::Layer::new(filter(log));
    let entries = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match log.format {
        Format::Text => registry.with(entries).init(),
        Format::Json => registry.with(entries.json().flatten_event(true)).init(),
    }
    Level(handle)
}

impl Level {
    /// Logs by these settings from now on.
    pub(super) fn set(&self, log: &Log) {
        // It fails only when nothing is logged any more.
        let _ = self.0.reload(filter(log));
    }
}

/// The level that was asked for; the access log is a part of the program that can be switched off by itself.
fn filter(log: &Log) -> EnvFilter {
    let filter = log.level.build();
    match "registry::access=off".parse() {
        Ok(quiet) if !log.access => filter.add_directive(quiet),
        _ => filter,
    }
}
