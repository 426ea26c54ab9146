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

/// From one look to the next.
fn pause(registry: &Registry) -> Duration {
    (registry.settings().upload_expiry / 24).clamp(SHORTEST, LONGEST)
}

async fn expire_for_ever(registry: &Registry, term: &Term, mut renewed: watch::Receiver<()>) {
    // At once: where terms are shorter than the time between two looks, there would never be one.
    let mut next = Instant::now();
    loop {
        tokio::select! {
            () = sleep_until(next) => {}
            Ok(()) = renewed.changed() => {
                next = next.min(Instant::now() + pause(registry));
                continue;
            }
        }
        next = Instant::now() + pause(registry);
        match registry.expire_uploads_in(term).await {
            Ok(expired) if expired.sessions > 0 || expired.orphans > 0 => {
                tracing::info!(expired.sessions, expired.orphans, "ended uploads that nobody went on with");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot end uploads that nobody goes on with"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use registry_core::Actor;
    use registry_engine::{Settings, StartUpload};
    use registry_storage::blob::MemoryBlobStore;
    use registry_storage::metadata::MemoryMetadataStore;

    use super::super::beside::Beside;
    use super::{Duration, Lease, Registry, SHORTEST, expire_uploads, watch};

    /// However short terms are, each ends what is to be ended.
    #[tokio::test(start_paused = true)]
    async fn a_term_begins_with_a_look() {
        let mut settings = Settings::default();
        settings.upload_expiry = Duration::ZERO;
        let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
        registry.set_settings(settings);
        for _ in 0..2 {
            let repository = registry.repository("a".parse().unwrap());
            repository.start_upload(&Actor::anonymous(), StartUpload::default()).await.unwrap();
            let (mut beside, renewed) = (Beside::new(), watch::Sender::new(()));
            let (lease, registry) = (Lease::new(&registry, "job"), registry.clone());
            let (told, shared) = (renewed.subscribe(), registry.clone());
            beside.begin(|stopped| expire_uploads(lease, shared, told, stopped));
            tokio::time::sleep(SHORTEST / 2).await;
            assert_eq!(registry.upload_count().await.unwrap(), 0);
            beside.end().await;
        }
    }
}
