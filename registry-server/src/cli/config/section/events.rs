//! `[events]`.

use super::section;

section! {
    /// The log of events over HTTP.
    Events {
        /// Whether `/v2/_registry/events/log` is there.
        enabled: bool = true,
    }
}
