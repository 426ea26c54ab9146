//! What is measured, for whoever reads it.

use std::fmt::Debug;
use std::time::SystemTime;

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
    /// Which jobs of those that one process does at a time are done here.
    pub leases: Vec<LeaseFacts>,
    /// Of what use the cache of metadata is; absent where there is none.
    pub cache: Option<CacheFacts>,
    /// How the configuration stands; absent where nobody has said so.
    pub configuration: Option<ConfigurationFacts>,
}

/// How the configuration of a running server stands with what was last read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigurationFacts {
    /// Whether what was last read was in order. If not, what was read before still holds.
    pub success: bool,
    /// When it was last read.
    pub read: SystemTime,
    /// The settings that were changed and take effect with the next start, such as `http.listen`.
    pub restart_needed: Vec<String>,
}

impl ConfigurationFacts {
    /// It was read now, and all of it holds or waits for a restart.
    #[must_use]
    pub fn read(restart_needed: Vec<String>) -> Self {
        Self { success: true, read: SystemTime::now(), restart_needed }
    }

    /// It was read now and was wrong: everything is as before.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { success: false, read: SystemTime::now(), ..self }
    }
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

/// Of what use a cache was since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheFacts {
    /// Questions that it answered.
    pub hits: u64,
    /// Questions that the store was asked.
    pub misses: u64,
    /// About how many bytes it keeps.
    pub bytes: u64,
}

impl CacheFacts {
    /// A cache of such use.
    #[must_use]
    pub const fn new(hits: u64, misses: u64, bytes: u64) -> Self {
        Self { hits, misses, bytes }
    }
}

/// Whether a job is done in this process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseFacts {
    /// The name of the job.
    pub job: String,
    /// Whether this process holds its lease.
    pub held: bool,
}
