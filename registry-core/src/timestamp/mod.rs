//! Points in time as the metadata keeps them.

mod text;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// It fits a signed 64-bit column until the year 294,247.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use registry_core::Timestamp;
///
/// let timestamp = Timestamp::from(UNIX_EPOCH + Duration::from_millis(5));
/// assert_eq!(timestamp.as_micros(), 5000);
/// ```
///
/// As text it is written as RFC 3339 has it, in UTC.
///
/// ```
/// use registry_core::Timestamp;
///
/// let timestamp: Timestamp = "2001-09-09T03:46:40.5+02:00".parse()?;
/// assert_eq!(timestamp.as_micros(), 1_000_000_000_500_000);
/// assert_eq!(timestamp.to_string(), "2001-09-09T01:46:40.500000Z");
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point this many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// This point moved later, or the latest point there is.
    #[must_use]
    pub fn saturating_add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// This point moved earlier, or the epoch.
    #[must_use]
    pub fn saturating_sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// The time from `earlier` to this point; zero when `earlier` is later.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl From<SystemTime> for Timestamp {
    /// A time before the epoch becomes the epoch.
    fn from(time: SystemTime) -> Self {
        Self(micros(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        UNIX_EPOCH + Duration::from_micros(timestamp.0)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
