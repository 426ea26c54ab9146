//! `registry migrate`.

use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use registry_engine::migrate::{Migrated, Migration};
use registry_engine::{Error as Engine, Registry};

use super::config::{Blobs, Config, Metadata};
use super::exit::{Exit, Failure};
use super::folder;
use super::place;
use super::stores::{Stores, StoresError};

/// How often it is told how far it is.
const PACE: Duration = Duration::from_secs(2);

/// What `registry migrate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The registry to copy: a data folder, or a configuration file whose `[storage]` names it
    #[arg(long, value_name = "FOLDER|FILE")]
    from: PathBuf,

    /// Where to: a data folder, or a configuration file; it holds nothing, or what an earlier run copied
    #[arg(long, value_name = "FOLDER|FILE")]
    to: PathBuf,

    /// Read every blob of the copy back and verify its digest at the end
    #[arg(long)]
    read_back: bool,

    /// How many blobs are copied at a time
    #[arg(long, value_name = "N", default_value = "4")]
    copies: NonZeroUsize,
}

/// Copies, and compares both registries at the end.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let (from, to) = (place::config(&arguments.from)?, place::config(&arguments.to)?);
    let (source, target) = (&from.storage, &to.storage);
    if !arguments.from.exists() {
        return Err(Exit::NotFound.because(format!("there is no {}", arguments.from.display())).into());
    }
    let same_folder = source.data.canonicalize().ok() == target.data.canonicalize().ok();
    if same_folder && source.metadata == Metadata::Sqlite && target.metadata == Metadata::Sqlite {
        return Err(Exit::Usage.because("both registries lie in the same data folder").into());
    }
    let shared = source.blobs == target.blobs
        && match source.blobs {
            Blobs::Fs => same_folder,
            Blobs::S3 => {
                let bucket = |config: &Config| {
                    (config.s3.bucket.clone(), config.s3.prefix.clone(), config.s3.endpoint.clone())
                };
                bucket(&from) == bucket(&to)
            }
            Blobs::Gcs => {
                let place = |config: &Config| {
                    (config.gcs.bucket.clone(), config.gcs.prefix.clone(), config.gcs.endpoint.clone())
                };
                place(&from) == place(&to)
            }
            Blobs::Azure => {
                let place = |config: &Config| {
                    let azure = config.azure.clone();
                    (azure.account, azure.container, azure.prefix, azure.endpoint)
                };
                place(&from) == place(&to)
            }
            Blobs::Memory => false,
        };
    if arguments.from.is_dir() && !source.data.join(folder::METADATA).is_file() {
        let text = format!("there is no registry in the folder {}", arguments.from.display());
        return Err(Exit::NotFound.because(text).into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(migrate(arguments, &from, &to, shared))
}

async fn migrate(
    arguments: &Arguments,
    from: &Config,
    to: &Config,
    shared: bool,
) -> Result<(), Box<dyn Error>> {
    let source = Stores::open(from).await.map_err(taken)?;
    let target = if shared && to.storage.uses_folder() {
        Stores::open_within(to, None).await
    } else {
        Stores::open(to).await
    };
    let target = target.map_err(taken)?;
    let source_registry = Registry::new(source.blobs, source.metadata);
    let target_registry = Registry::new(target.blobs, target.metadata);
    let migration = Migration::new(&source_registry, &target_registry).copies(arguments.copies.get());
    let migration = if shared { migration.sharing_bytes() } else { migration };
    let end = source_registry.last_event().await?;
    let told = Mutex::new(Instant::now());
    let migrated = migration.run(&|at| tell(&told, at, end)).await.map_err(failure)?;
    migration.verify(arguments.read_back).await.map_err(failure)?;
    let Migrated { seq, blobs, bytes, .. } = migrated;
    writeln!(
        stdout(),
        "copied {blobs} blobs, {bytes} bytes; both registries are the same up to event {seq}"
    )?;
    Ok(())
}

fn tell(told: &Mutex<Instant>, at: Migrated, end: u64) {
    let Ok(mut told) = told.lock() else { return };
    if told.elapsed() >= PACE {
        *told = Instant::now();
        // Nobody is left to be told that this failed.
        let _ = writeln!(stderr(), "event {} of {end}, {} blobs, {} bytes", at.seq, at.blobs, at.bytes);
    }
}

fn taken(error: StoresError) -> Failure {
    let exit = if error.is_taken() { Exit::Conflict } else { Exit::Failed };
    exit.because(error)
}

fn failure(error: Engine) -> Failure {
    match error {
        Engine::Diverged { .. } => Exit::Conflict.because(error),
        Engine::Corrupt { .. } => Exit::Check.because(error),
        error => Exit::Failed.because(error),
    }
}
