//! `registry serve`.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::{Registry, Settings};
use registry_server::Server;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::config::{Config, Loaded};
use super::exit::Exit;
use super::folder::DataFolder;
use super::hints::Hints;
use super::log;
use super::signals::Signals;
use super::sources::SourceArguments;

/// What `registry serve` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
}

/// Serves until told to stop.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Loaded { config, .. } = arguments.sources.sources().load()?;
    refuse_strangers(&config).map_err(|error| Exit::Usage.because(error))?;
    let _level = log::start(&config.log);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(128).build()?;
    let served = runtime.block_on(serve(config));
    // Whatever still blocks after the drain is cut off, as a second signal would.
    runtime.shutdown_background();
    served
}

/// Nobody is let in by default: an address that others can reach needs a word of its own.
pub(super) fn refuse_strangers(config: &Config) -> Result<(), StrangersError> {
    if config.http.allow_everyone {
        return Ok(());
    }
    let open = std::iter::once(config.http.listen)
        .chain(config.http.admin)
        .find(|address| !address.ip().is_loopback());
    open.map_or(Ok(()), |listen| Err(StrangersError { listen }))
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{listen} is no loopback address and there is no authentication: everybody who reaches it could pull, push and \
     delete; give --allow-everyone if that is what you want"
)]
pub(super) struct StrangersError {
    listen: SocketAddr,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}")]
struct ListenError {
    listen: SocketAddr,
    source: std::io::Error,
}

async fn serve(config: Config) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let DataFolder { blobs, metadata, lock: _lock } = DataFolder::open(&config.storage.data).await?;
    let registry = Registry::builder(blobs, metadata).settings(settings(&config)).build();
    let server = Server::builder(registry)
        .authorizer(Arc::new(EveryoneMay))
        .max_page(count(config.http.max_page))
        .limits(config.limits.wire())
        .build();
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).await.map_err(|source| ListenError { listen, source })?;
    // In one piece, and whether or not anybody reads it.
    let _ = std::io::stdout().write_all(Hints(listener.local_addr()?).to_string().as_bytes());

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = registry_server::serve(listener, server, async {
        let _ = stopped.await;
    });
    tokio::pin!(serving);
    tokio::select! {
        result = &mut serving => return result.map_err(Into::into),
        () = signals.next() => drop(stop),
    }
    tracing::info!("draining; a second signal ends the process at once");
    tokio::select! {
        result = serving => result?,
        () = signals.next() => tracing::warn!("ended before running requests were finished"),
        () = tokio::time::sleep(config.http.drain) => tracing::warn!("running requests took too long to finish"),
    }
    Ok(())
}

/// What the engine takes of it.
fn settings(config: &Config) -> Settings {
    let mut settings = Settings::default();
    settings.max_manifest_bytes = config.limits.manifest_bytes.0;
    settings.lease_window = config.uploads.lease;
    settings.upload_expiry = config.uploads.expire;
    settings.max_uploads_per_repository = config.uploads.per_repository.get();
    settings.max_uploads = config.uploads.total.get();
    settings.sparse = config.content.policy();
    settings
}

fn count(number: NonZeroU64) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}
