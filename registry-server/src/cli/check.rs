//! `registry check`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::TryLockError;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use registry_engine::Registry;
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;

use super::config::{Blobs, Config, Metadata};
use super::descriptors;
use super::exit::Exit;
use super::folder;
use super::listener;
use super::serve;
use super::sources::SourceArguments;
use super::webhooks;

/// What `registry check` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
}

/// Tells whether `registry serve` would start. It leaves nothing behind and disturbs no running registry.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let loaded = arguments.sources.sources().load()?;
    let mut report =
        Report { notes: loaded.notes.iter().map(ToString::to_string).collect(), ..Report::default() };
    report.check(&loaded.config);
    let mut text = String::new();
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    if report.problems.is_empty() {
        text.push_str("the configuration is in order\n");
    }
    io::stdout().write_all(text.as_bytes())?;
    if report.problems.is_empty() {
        Ok(())
    } else {
        Err(Exit::Usage.because(report.problems.join("\nregistry: ")).into())
    }
}

#[derive(Debug, Default)]
struct Report {
    notes: Vec<String>,
    problems: Vec<String>,
}

impl Report {
    fn check(&mut self, config: &Config) {
        if let Err(error) = serve::refuse_strangers(config) {
            self.problems.push(error.to_string());
        }
        self.notes.extend(descriptors::shortage(config));
        let data = &config.storage.data;
        let served = config.storage.uses_folder() && is_served(data);
        if config.storage.blobs == Blobs::Memory || config.storage.metadata == Metadata::Memory {
            self.notes.push("what is kept in memory is forgotten when the registry ends".to_owned());
        }
        if served {
            self.notes.push(format!("the data folder {} is being served by another process", data.display()));
        } else if let Some(text) = config.storage.uses_folder().then(|| usable(data).err()).flatten() {
            self.problems.push(text);
        }
        self.notes.extend(folder::note(data));
        // Nothing is asked of a registry before something is delivered.
        let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
        if let Err(error) = webhooks::deliveries(config, &registry) {
            self.problems.push(told(&*error));
        }
        for address in std::iter::once(config.http.listen).chain(config.http.admin) {
            self.address(address, served);
        }
    }

    fn address(&mut self, address: SocketAddr, served: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Err(error) =
            runtime.map_or(Ok(()), |runtime| runtime.block_on(listener::bind(address)).map(drop))
        else {
            return;
        };
        // A registry that runs holds its own address.
        if served && error.is_taken() {
            self.notes.push(told(&error));
        } else {
            self.problems.push(told(&error));
        }
    }
}

/// An error with its cause.
fn told(error: &dyn Error) -> String {
    let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{reason}")
}

/// Whether a process holds the lock of the folder. A lock that is taken here is given back at once.
fn is_served(data: &Path) -> bool {
    std::fs::OpenOptions::new()
        .write(true)
        .open(data.join("lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether the folder can be written to, or made.
fn usable(data: &Path) -> Result<(), String> {
    let folder = nearest(data);
    let refuse =
        |error: &dyn std::fmt::Display| format!("cannot use the data folder {}: {error}", data.display());
    let metadata = std::fs::metadata(&folder).map_err(|error| refuse(&error))?;
    if !metadata.is_dir() {
        return Err(refuse(&format!("{} is no folder", folder.display())));
    }
    // Only an attempt tells, whatever rights, quotas and mounts say.
    attempt(&folder).map_err(|error| refuse(&error))
}

/// The folder, or the nearest one above it that is there.
fn nearest(data: &Path) -> PathBuf {
    let there = data.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists());
    match there {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn attempt(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".registry-check-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)
}
