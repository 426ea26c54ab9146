//! `registry serve`.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use registry_server::ServerBuilder;
use registry_server::observe::CacheFacts;
use registry_storage::MetadataStore;
use registry_storage::metadata::CachedMetadataStore;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

use super::assemble;
use super::beside::Beside;
use super::config::{Config, Loaded, Metadata, Size, Sources};
use super::descriptors;
use super::exit::Exit;
use super::folder;
use super::hints::Hints;
use super::jobs::Jobs;
use super::lines::Writing;
use super::listener;
use super::log::{self, Level};
use super::observe::Watch;
use super::otlp::traces;
use super::reload::{LOOK, Live, Served};
use super::signals::{Asked, Signals};
use super::sources::SourceArguments;
use super::stores::Stores;
use super::upkeep;
use super::webhooks::{self, Delivering};

/// What `registry serve` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
}

/// Serves until told to stop.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let sources = arguments.sources.sources();
    let loaded = sources.load()?;
    refuse_strangers(&loaded.config).map_err(|error| Exit::Usage.because(error))?;
    let level = log::start(&loaded.config.log);
    let lines = Writing::start()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(128).build()?;
    let served = runtime.block_on(serve(sources, loaded, level, &lines));
    // Whatever still blocks after the drain is cut off, as a second signal would.
    runtime.shutdown_background();
    served
}

/// Nobody is let in by default: an address that others can reach needs a word of its own.
pub(super) fn refuse_strangers(config: &Config) -> Result<(), StrangersError> {
    let open = std::iter::once(config.http.listen)
        .chain(config.http.admin)
        .find(|address| !address.ip().is_loopback());
    match open {
        Some(listen) if !config.http.allow_everyone => Err(StrangersError { listen }),
        _ => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{listen} is no loopback address and there is no authentication: everybody who reaches it could pull, push and \
     delete; give --allow-everyone if that is what you want"
)]
pub(super) struct StrangersError {
    listen: SocketAddr,
}

async fn serve(
    sources: Sources,
    loaded: Loaded,
    level: Level,
    lines: &Writing,
) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    for note in &loaded.notes {
        tracing::warn!("{note}");
    }
    let config = &loaded.config;
    descriptors::raise();
    if let Some(note) = descriptors::shortage(config) {
        tracing::warn!("{note}");
    }
    if let Some(note) = folder::note(&config.storage.data) {
        tracing::warn!("{note}");
    }
    let Stores { blobs, metadata, lock: _lock } = Stores::open(config).await?;
    let (watch, mut beside) = (Watch::new(config, lines.sink()), Beside::new());
    let (metadata, cache) = cached(config, watch.metadata(metadata));
    let registry = assemble::registry(config, watch.blobs(blobs), metadata);
    let deliveries = webhooks::prepare(config, &registry).await?;
    let jobs = Jobs::new(config, &registry);
    let server = assemble::server(config, registry.clone(), deliveries.clone()).leases(jobs.all());
    let server = watch.server(counted(server, cache));
    let server = traces(server, &config.tracing, &mut beside)?.build();
    let listener = listener::bind(config.http.listen).await?;
    watch.admin(&server, &mut beside).await?;
    // In one piece, and whether or not anybody reads it.
    let _ = std::io::stdout().write_all(Hints(listener.local_addr()?).to_string().as_bytes());

    let served =
        Served { registry: registry.clone(), server: server.clone(), deliveries: deliveries.clone() };
    let mut live = Live::new(sources, loaded, level, served);
    let renewed = live.renewed();
    beside.begin(|stopped| upkeep::expire_uploads(jobs.expiry, registry, renewed, stopped));
    let delivering = Delivering::start(deliveries, jobs.delivery);
    let (stop, stopped) = oneshot::channel::<()>();
    let mut serving = pin!(registry_server::serve(listener, server, async {
        let _ = stopped.await;
    }));
    tokio::select! {
        result = &mut serving => return result.map_err(Into::into),
        () = until_told_to_end(&mut signals, &mut live) => drop(stop),
    }
    tracing::info!("draining; a second signal ends the process at once");
    tokio::select! {
        result = serving => result?,
        () = signals.end() => tracing::warn!("ended before running requests were finished"),
        () = tokio::time::sleep(live.config.http.drain) => {
            tracing::warn!("running requests took too long to finish");
        }
    }
    beside.end().await;
    delivering.end().await;
    Ok(())
}

type Cache = Arc<CachedMetadataStore<dyn MetadataStore>>;

/// The metadata behind a cache, where they lie in another process.
fn cached(config: &Config, metadata: Arc<dyn MetadataStore>) -> (Arc<dyn MetadataStore>, Option<Cache>) {
    match (config.storage.metadata, config.postgres.cache) {
        (Metadata::Postgres, Size(bytes @ 1..)) => {
            let cache = Arc::new(CachedMetadataStore::new(metadata, bytes));
            (Arc::<CachedMetadataStore<dyn MetadataStore>>::clone(&cache), Some(cache))
        }
        _ => (metadata, None),
    }
}

/// The server tells of what use the cache is.
fn counted(server: ServerBuilder, cache: Option<Cache>) -> ServerBuilder {
    let Some(cache) = cache else { return server };
    server.cache(move || {
        let stats = cache.stats();
        CacheFacts::new(stats.hits, stats.misses, stats.bytes)
    })
}

/// Keeps the configuration as fresh as the file until a signal asks to end.
async fn until_told_to_end(signals: &mut Signals, live: &mut Live) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::End => return,
                Asked::Reload => live.reload(),
            },
            _ = look.tick() => live.look(),
        }
    }
}
