//! What is done now and then while a registry is served.

use std::time::Duration;

use registry_engine::Registry;
use registry_engine::lease::{Lease, Term};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::beside::Stopped;

/// The longest time between two looks.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// The shortest.
const SHORTEST: Duration = Duration::from_secs(1);

/// Ends upload sessions that nobody goes on with, now and then while the lease is held, until it is told to stop.
/// `renewed` tells that the settings may be others.
///
/// # Cancel safety
/// Dropping the future leaves the rest for the next time.
pub(super) async fn expire_uploads(
    lease: Lease,
    registry: Registry,
    renewed: watch::Receiver<()>,
    stopped: Stopped,
) {
    let work = |term: Term| {
        let (registry, renewed) = (&registry, renewed.clone());
        async move {
            tokio::select! {
                () = term.ending() => {}
                () = expire_for_ever(registry, &term, renewed) => {}
            }
        }
    };
    lease.run(work, stopped.wait()).await;
}

async fn expire_for_ever(registry: &Registry, term: &Term, mut renewed: watch::Receiver<()>) {
    let mut last = Instant::now();
    loop {
        let every = (registry.settings().upload_expiry / 24).clamp(SHORTEST, LONGEST);
        tokio::select! {
            () = sleep_until(last + every) => last = Instant::now(),
            Ok(()) = renewed.changed() => continue,
        }
        match registry.expire_uploads_in(term).await {
            Ok(expired) if expired.sessions > 0 || expired.orphans > 0 => {
                tracing::info!(expired.sessions, expired.orphans, "ended uploads that nobody went on with");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot end uploads that nobody goes on with"),
        }
    }
}
