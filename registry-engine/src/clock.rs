//! Where the time comes from.

use std::fmt::Debug;
use std::time::SystemTime;

use registry_core::Timestamp;

/// Tells the time that is written into history, events and leases.
///
/// The engine asks nobody else, so that tests decide what time it is.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now. It may stand still or go back; leases are then renewed too often or too late, and nothing else
    /// depends on it.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl SystemClock {
    /// The clock of the operating system.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}
