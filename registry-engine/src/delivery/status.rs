//! How an endpoint is doing.

use registry_core::Timestamp;

/// How an endpoint is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointStatus {
    /// Its name.
    pub name: String,
    /// Where its events go, as its sink tells it.
    pub place: String,
    /// What is being done about it.
    pub state: EndpointState,
    /// Everything up to the event with this number was taken, or was not wanted; kept over restarts.
    pub cursor: u64,
    /// How many events of the log, wanted or not, lie before it.
    pub lag: u64,
    /// How many events it has taken since the process began.
    pub delivered: u64,
    /// How often it has failed in a row.
    pub failures: u32,
    /// Which kind of failure the last one was, in a word; absent when it never failed since the process began.
    pub last_error: Option<String>,
    /// When it is tried again; absent when nothing is waited for.
    pub next_try: Option<Timestamp>,
}

/// What is being done about an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointState {
    /// Deliveries have not begun.
    Stopped,
    /// Another process delivers to it; this one goes on when that one ends.
    Standby,
    /// It has everything that it wants, or is being given it.
    Active,
    /// It failed, and is tried again soon.
    Retrying,
    /// It failed again and again, or refuses what it is given, and is tried at the longest interval.
    Held,
}

impl EndpointState {
    /// The state in a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Standby => "standby",
            Self::Active => "active",
            Self::Retrying => "retrying",
            Self::Held => "held",
        }
    }
}
