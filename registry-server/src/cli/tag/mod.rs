//! `registry tag`: what a tag pointed to, and setting it back, on a running server or in a data folder at rest.

// A command runs on one thread, and what it fails with need not leave it.
#![allow(clippy::future_not_send)]

mod local;
mod remote;
mod show;

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use registry_core::{Digest, RepositoryName, Tag};
use serde_json::Value;

use local::Local;
use remote::Remote;

/// What `registry tag` takes.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a tag pointed to, newest first
    History(HistoryArguments),
    /// Set a tag back to what it pointed to before
    Restore(RestoreArguments),
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// The repository and the tag; `latest` when no tag is given
    #[arg(value_name = "NAME[:TAG]", value_parser = target)]
    target: (RepositoryName, Option<Tag>),

    /// The most entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,

    #[command(flatten)]
    place: PlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// The repository and the tag
    #[arg(value_name = "NAME:TAG", value_parser = target)]
    target: (RepositoryName, Option<Tag>),

    #[command(flatten)]
    point: PointArguments,

    /// Only if the tag points to this digest now
    #[arg(long, value_name = "DIGEST")]
    expect: Option<Digest>,

    #[command(flatten)]
    place: PlaceArguments,
}

/// A point of the history.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct PointArguments {
    /// To this digest
    #[arg(long, value_name = "DIGEST")]
    to: Option<Digest>,

    /// To what it pointed to at this time, such as `2026-01-02T15:04:05Z`, or `@2h` for two hours ago
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// To what it pointed to after the entry with this number
    #[arg(long, value_name = "N")]
    seq: Option<u64>,
}

/// Where the registry is, and how it is told.
#[derive(Debug, Args)]
struct PlaceArguments {
    /// A running server, such as `http://127.0.0.1:5000`
    #[arg(long, value_name = "URL", required_unless_present = "data", conflicts_with = "data")]
    server: Option<String>,

    /// A data folder that no server is using
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,

    /// The user on the server
    #[arg(long, value_name = "NAME", requires_all = ["server", "password_file"])]
    user: Option<String>,

    /// The file that holds the user's password
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,

    /// How the answer is written
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// Does what the command says.
pub(super) fn run(command: &Command) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::History(arguments) => history(arguments).await,
            Command::Restore(arguments) => restore(arguments).await,
        }
    })
}

async fn history(arguments: &HistoryArguments) -> Result<(), Box<dyn Error>> {
    let HistoryArguments { target: (name, tag), limit, place } = arguments;
    let tag = tag.clone().map_or_else(|| "latest".parse(), Ok)?;
    let answer: Value = match &place.data {
        Some(folder) => Local::open(folder).await?.history(name, &tag, *limit).await?,
        None => Remote::new(place)?.history(name, &tag, *limit).await?,
    };
    show::history(&answer, place.output)
}

async fn restore(arguments: &RestoreArguments) -> Result<(), Box<dyn Error>> {
    let RestoreArguments { target: (name, tag), point, expect, place } = arguments;
    let tag = tag.as_ref().ok_or_else(|| super::exit::Exit::Usage.because("give the tag: NAME:TAG"))?;
    let answer = match &place.data {
        Some(folder) => Local::open(folder).await?.restore(name, tag, point, expect.as_ref()).await?,
        None => Remote::new(place)?.restore(name, tag, point, expect.as_ref()).await?,
    };
    show::restored(&answer, place.output)
}

fn target(text: &str) -> Result<(RepositoryName, Option<Tag>), registry_core::Error> {
    match text.rsplit_once(':') {
        Some((name, tag)) => Ok((name.parse()?, Some(tag.parse()?))),
        None => Ok((text.parse()?, None)),
    }
}
