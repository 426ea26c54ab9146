//! What is measured, for whoever reads it.

use std::fmt::Debug;

/// Writes down what was measured.
pub trait Exposition: Debug + Send + Sync + 'static {
    /// Everything in the text format of Prometheus, version 0.0.4.
    fn expose(&self, facts: &Facts) -> String;
}

/// What nobody counts but somebody knows, asked for when the measurements are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// Whether the server is to be given requests.
    pub ready: bool,
    /// The number of the newest event; absent when the store does not say.
    pub last_event: Option<u64>,
    /// How many uploads are in progress; absent when the store does not say.
    pub uploads: Option<u64>,
    /// How each webhook is doing.
    pub webhooks: Vec<WebhookFacts>,
}

/// How a webhook is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookFacts {
    /// Its name in the configuration.
    pub name: String,
    /// How many events of the log lie before it.
    pub lag: u64,
    /// How many events it has taken since the process began.
    pub delivered: u64,
    /// How often it has failed in a row.
    pub failures: u32,
    /// Whether it failed so often that it is tried only now and then.
    pub held: bool,
}
