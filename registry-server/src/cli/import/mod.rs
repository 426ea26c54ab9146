//! `registry import`.

mod scratch;
mod show;

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use registry_engine::import::{Distribution, Import, Imported};
use registry_engine::{Error as Engine, Registry};
use registry_storage::blob::MemoryBlobStore;
use registry_storage::foreign::ForeignFolder;
use registry_storage::metadata::SqliteMetadataStore;

use super::assemble;
use super::config::{Config, Metadata};
use super::exit::{Exit, Failure};
use super::place;
use super::stores::{Stores, StoresError, bucket};
use scratch::Scratch;
use show::{Output, Show};

/// What `registry import` takes.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag of its own.
pub(super) struct Arguments {
    /// Which registry kept it
    #[arg(long, value_name = "KIND")]
    from: Kind,

    /// Where it is: the folder that its `rootdirectory` names, or `s3://BUCKET/ROOTDIRECTORY`
    #[arg(value_name = "FOLDER|BUCKET")]
    source: String,

    /// Where to: a data folder, or a configuration file whose `[storage]` names the stores; there may be content already
    #[arg(long, value_name = "FOLDER|FILE")]
    to: PathBuf,

    /// The configuration file whose `[s3]` says how the bucket is reached; the one of `--to` when it is not given
    #[arg(long, value_name = "FILE")]
    bucket_config: Option<PathBuf>,

    /// Copy the bytes also where they could be used where they lie
    #[arg(long)]
    copy: bool,

    /// Take blobs that are not copied for what their names say, without reading them
    #[arg(long)]
    trust_digests: bool,

    /// Take over nothing if anything would be left out
    #[arg(long)]
    strict: bool,

    /// Only tell what would be taken over, and what would be left out
    #[arg(long)]
    dry_run: bool,

    /// How many blobs are dealt with at a time; with PostgreSQL no more than `postgres.max_connections`
    #[arg(long, value_name = "N", default_value = "8")]
    at_once: NonZeroUsize,

    /// How the result is written
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    output: Output,
}

/// Which registry kept it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    // CNCF distribution, which is also Docker's `registry:2` and `registry:3`.
    Distribution,
}

/// Takes over what is there, and tells what was left out.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Kind::Distribution = arguments.from;
    let to = place::config(&arguments.to)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(import(arguments, &to))
}

async fn import(arguments: &Arguments, to: &Config) -> Result<(), Box<dyn Error>> {
    let source = source(arguments, to).await?;
    if arguments.dry_run || arguments.strict {
        let imported = rehearse(arguments, to, Arc::clone(&source)).await?;
        if arguments.dry_run {
            show::result(arguments.output, &imported, true)?;
        }
        if imported.left_out > 0 {
            let done = if arguments.dry_run {
                "would be left out"
            } else {
                "would be left out, so nothing was taken over"
            };
            return Err(Exit::Check.because(format!("{} contents {done}", imported.left_out)).into());
        }
        if arguments.dry_run {
            return Ok(());
        }
    }
    let target = Stores::open(to).await.map_err(taken)?;
    let registry = assemble::registry(to, target.blobs, target.metadata);
    let show = Show::new(!arguments.strict);
    let import = prepared(arguments, source, &registry).at_once(at_once(arguments, to));
    let imported = import.run(&|told| show.tell(&told)).await.map_err(failed)?;
    show::result(arguments.output, &imported, false)?;
    if imported.left_out > 0 {
        return Err(Exit::Check.because(format!("{} contents were left out", imported.left_out)).into());
    }
    Ok(())
}

/// The same with a registry that is thrown away afterwards.
async fn rehearse(
    arguments: &Arguments,
    to: &Config,
    source: Arc<Distribution>,
) -> Result<Imported, Box<dyn Error>> {
    let scratch = Scratch::new()?;
    let metadata = SqliteMetadataStore::open(scratch.path().join("metadata.sqlite"))?;
    let registry = assemble::registry(to, Arc::new(MemoryBlobStore::new()), Arc::new(metadata));
    let show = Show::new(true);
    let import = prepared(arguments, source, &registry).dry(true);
    Ok(import.run(&|told| show.tell(&told)).await.map_err(failed)?)
}

fn prepared(arguments: &Arguments, source: Arc<Distribution>, registry: &Registry) -> Import {
    Import::new(source, registry)
        .copying(arguments.copy)
        .trusting(arguments.trust_digests)
        .at_once(arguments.at_once.get())
}

/// How many blobs are dealt with at a time. Each asks the database, so that more of them than connections would only wait for
/// each other, and in the end for too long.
fn at_once(arguments: &Arguments, to: &Config) -> usize {
    let (asked, connections) = (arguments.at_once.get(), to.postgres.max_connections.get());
    let most = usize::try_from(connections).unwrap_or(usize::MAX);
    if to.storage.metadata != Metadata::Postgres || asked <= most {
        return asked;
    }
    // Nobody is left to be told that this failed.
    let _ = writeln!(
        std::io::stderr(),
        "note: {most} blobs are dealt with at a time: `postgres.max_connections` allows no more"
    );
    most
}

async fn source(arguments: &Arguments, to: &Config) -> Result<Arc<Distribution>, Box<dyn Error>> {
    let found = match arguments.source.strip_prefix("s3://") {
        Some(bucket) => {
            let named = arguments.bucket_config.as_deref().map(place::config).transpose()?;
            let tree = bucket::open(&named.as_ref().unwrap_or(to).s3, bucket);
            let tree = tree.map_err(|error| Exit::Usage.because(error))?;
            Distribution::open(tree).await
        }
        None => {
            let folder = Path::new(&arguments.source);
            if !folder.is_dir() {
                return Err(Exit::NotFound
                    .because(format!("there is no folder {}", folder.display()))
                    .into());
            }
            Distribution::open(ForeignFolder::new(folder)).await
        }
    };
    let nothing =
        || Exit::NotFound.because(format!("there is no registry of distribution in {}", arguments.source));
    Ok(Arc::new(found.map_err(failed)?.ok_or_else(nothing)?))
}

fn taken(error: StoresError) -> Failure {
    let exit = if error.is_taken() { Exit::Conflict } else { Exit::Failed };
    exit.because(error)
}

fn failed(error: Engine) -> Failure {
    Exit::Failed.because(error)
}
