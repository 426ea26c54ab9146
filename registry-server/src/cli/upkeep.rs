//! What is done now and then while a registry is served.

use std::time::Duration;

use registry_engine::Registry;
use tokio::time::{MissedTickBehavior, interval_at};

use super::beside::Stopped;

/// The longest time between two looks.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// The shortest.
const SHORTEST: Duration = Duration::from_secs(1);

/// Ends upload sessions that nobody goes on with, now and then, until it is told to stop.
///
/// # Cancel safety
/// Dropping the future leaves the rest for the next time.
pub(super) async fn expire_uploads(registry: Registry, stopped: Stopped) {
    tokio::select! {
        () = stopped.wait() => {}
        () = expire_for_ever(registry) => {}
    }
}

async fn expire_for_ever(registry: Registry) {
    let every = (registry.settings().upload_expiry / 24).clamp(SHORTEST, LONGEST);
    let mut look = interval_at(tokio::time::Instant::now() + every, every);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        match registry.expire_uploads().await {
            Ok(expired) if expired.sessions > 0 || expired.orphans > 0 => {
                tracing::info!(expired.sessions, expired.orphans, "ended uploads that nobody went on with");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot end uploads that nobody goes on with"),
        }
    }
}
