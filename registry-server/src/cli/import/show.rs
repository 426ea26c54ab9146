//! What is told of an import.

use std::io::{self, Write, stderr, stdout};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use registry_engine::import::{Imported, Told};
use serde_json::json;

/// How often it is told how far it is.
const PACE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Text,
    Json,
}

/// Writes findings and progress to standard error, a line each.
pub(super) struct Show {
    findings: bool,
    told: Mutex<Instant>,
}

impl Show {
    /// Findings may have been told already.
    pub(super) fn new(findings: bool) -> Self {
        Self { findings, told: Mutex::new(Instant::now()) }
    }

    pub(super) fn tell(&self, told: &Told<'_>) {
        // Nobody is left to be told that one of these failed.
        match told {
            Told::Finding(finding) if self.findings => drop(writeln!(stderr(), "{finding}")),
            Told::Finding(_) => {}
            Told::Progress(at) => {
                let Ok(mut last) = self.told.lock() else { return };
                if last.elapsed() >= PACE {
                    *last = Instant::now();
                    let (repositories, blobs) = (at.repositories, at.adopted + at.copied);
                    let (manifests, tags) = (at.manifests, at.tags);
                    let _ = writeln!(
                        stderr(),
                        "repository {repositories}: {blobs} blobs, {manifests} manifests, {tags} tags so far"
                    );
                }
            }
        }
    }
}

/// Writes the result to standard output.
pub(super) fn result(output: Output, done: &Imported, dry: bool) -> io::Result<()> {
    if output == Output::Json {
        let value = json!({
            "dry_run": dry, "repositories": done.repositories, "links": done.links,
            "adopted": {"blobs": done.adopted, "bytes": done.adopted_bytes},
            "copied": {"blobs": done.copied, "bytes": done.copied_bytes},
            "manifests": done.manifests, "tags": done.tags, "left_out": done.left_out, "notes": done.notes,
        });
        return writeln!(stdout(), "{value}");
    }
    let (would, bytes) = if dry { ("would take", "") } else { ("took", "where they lie") };
    let blobs = if dry {
        format!("{} blobs of {} bytes", done.adopted, done.adopted_bytes)
    } else {
        format!(
            "{} blobs {bytes} ({} bytes), {} copied ({} bytes)",
            done.adopted, done.adopted_bytes, done.copied, done.copied_bytes
        )
    };
    writeln!(
        stdout(),
        "{} repositories: {would} over {blobs}, {} manifests, {} tags; {} left out, {} notes",
        done.repositories,
        done.manifests,
        done.tags,
        done.left_out,
        done.notes
    )
}
