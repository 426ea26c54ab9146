//! `registry serve`.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_engine::Registry;
use registry_server::Server;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::ServeArguments;
use super::config::Config;
use super::folder::DataFolder;
use super::hints::Hints;
use super::signals::Signals;

/// Serves until told to stop.
pub(super) fn run(arguments: &ServeArguments) -> Result<(), Box<dyn Error>> {
    log_to_stderr();
    let config = Config::load(arguments)?;
    refuse_strangers(&config)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(128).build()?;
    let served = runtime.block_on(serve(config));
    // Whatever still blocks after the drain is cut off, as a second signal would.
    runtime.shutdown_background();
    served
}

/// Nobody is let in by default: an address that others can reach needs a word of its own.
fn refuse_strangers(config: &Config) -> Result<(), StrangersError> {
    if config.listen.ip().is_loopback() || config.allow_everyone {
        return Ok(());
    }
    Err(StrangersError { listen: config.listen })
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{listen} is no loopback address and there is no authentication: everybody who reaches it could pull, push and \
     delete; give --allow-everyone if that is what you want"
)]
struct StrangersError {
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
    let DataFolder { blobs, metadata, lock: _lock } = DataFolder::open(&config.data).await?;
    let registry = Registry::builder(blobs, metadata).settings(config.settings).build();
    let server = Server::builder(registry).authorizer(Arc::new(EveryoneMay)).build();
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| ListenError { listen: config.listen, source })?;
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
        () = tokio::time::sleep(config.drain) => tracing::warn!("running requests took too long to finish"),
    }
    Ok(())
}

fn log_to_stderr() {
    use tracing_subscriber::filter::{EnvFilter, LevelFilter};
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("REGISTRY_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
