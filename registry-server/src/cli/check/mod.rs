//! `registry check`.

mod address;
mod bucket;
mod database;
mod folder;

use std::error::Error;
use std::fmt::Write as _;
use std::future::Future;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use registry_engine::Registry;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

use super::config::{Blobs, Config, Metadata};
use super::descriptors;
use super::exit::{Exit, with_causes};
use super::folder as data;
use super::serve;
use super::sources::SourceArguments;
use super::tls;
use super::webhooks;
use address::Beside;

/// How long a service may take to be looked at.
const PATIENCE: Duration = Duration::from_secs(20);

/// What `registry check` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,

    /// Do not connect to the database and the bucket
    #[arg(long)]
    offline: bool,
}

/// Tells whether `registry serve` would start. It leaves nothing behind and disturbs no running registry.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let loaded = arguments.sources.sources().load()?;
    let mut report =
        Report { notes: loaded.notes.iter().map(ToString::to_string).collect(), ..Report::default() };
    report.check(&loaded.config);
    if !arguments.offline {
        connect(&loaded.config, &mut report)?;
    }
    let mut text = String::new();
    for (kind, lines) in [("ok", &report.good), ("note", &report.notes)] {
        for line in lines {
            let _ = writeln!(text, "{kind}: {line}");
        }
    }
    let problems: Vec<String> = report.problems.iter().chain(&report.found).cloned().collect();
    if problems.is_empty() {
        text.push_str("the configuration is in order\n");
    }
    io::stdout().write_all(text.as_bytes())?;
    let exit = match (report.problems.is_empty(), report.found.is_empty()) {
        (true, true) => return Ok(()),
        (true, false) => Exit::Check,
        (false, _) => Exit::Usage,
    };
    Err(exit.because(problems.join("\nregistry: ")).into())
}

/// Asks the services that the configuration names.
fn connect(config: &Config, report: &mut Report) -> io::Result<()> {
    tls::choose();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        if config.storage.metadata == Metadata::Postgres {
            let looking = database::look(config, report);
            if in_time(looking).await.is_none() {
                report.found.push(late("the database that `postgres.url` names"));
            }
        }
        if matches!(config.storage.blobs, Blobs::S3 | Blobs::Gcs | Blobs::Azure) {
            let looking = bucket::look(config, report);
            if in_time(looking).await.is_none() {
                report.found.push(late("the bucket"));
            }
        }
    });
    // A name that is still being looked up would hold up the end.
    runtime.shutdown_background();
    Ok(())
}

async fn in_time(looking: impl Future<Output = ()>) -> Option<()> {
    tokio::time::timeout(PATIENCE, looking).await.ok()
}

fn late(what: &str) -> String {
    let seconds = PATIENCE.as_secs();
    format!(
        "{what} gives no answer within {seconds} seconds: look at the address, and at firewalls in between"
    )
}

/// What was found out.
#[derive(Debug, Default)]
struct Report {
    good: Vec<String>,
    notes: Vec<String>,
    /// What is wrong with the configuration or this machine.
    problems: Vec<String>,
    /// What is wrong with a service.
    found: Vec<String>,
}

impl Report {
    fn check(&mut self, config: &Config) {
        if let Err(error) = serve::refuse_strangers(config) {
            self.problems.push(error.to_string());
        }
        self.notes.extend(descriptors::shortage(config));
        if config.storage.blobs == Blobs::Memory || config.storage.metadata == Metadata::Memory {
            self.notes.push("what is kept in memory is forgotten when the registry ends".to_owned());
        }
        let beside = match config.storage.uses_folder() {
            true if folder::look(&config.storage.data, self) => Beside::Served,
            true => Beside::Nobody,
            false => Beside::Registry,
        };
        self.notes.extend(data::note(&config.storage.data));
        // Nothing is asked of a registry before something is delivered.
        let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
        if let Err(error) = webhooks::deliveries(config, &registry) {
            self.problems.push(with_causes(&*error));
        }
        for address in std::iter::once(config.http.listen).chain(config.http.admin) {
            address::look(address, beside, self);
        }
    }
}
