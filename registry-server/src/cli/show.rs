//! `registry config`.

use std::error::Error;
use std::io::Write;

use clap::Args;

use super::config::{Config, render};
use super::sources::SourceArguments;

/// What `registry config` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    sources: SourceArguments,
}

/// One of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The configuration that holds, as TOML, each value with where it comes from; secrets are hidden
    #[arg(long)]
    show_effective: bool,
    /// A file with every setting, its meaning and its default
    #[arg(long)]
    default: bool,
    /// The JSON Schema of the file
    #[arg(long)]
    schema: bool,
    /// Every setting, in Markdown
    #[arg(long)]
    markdown: bool,
}

/// Shows it.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let parts = Config::catalogue();
    let text = match &arguments.what {
        What { default: true, .. } => render::example(&parts),
        What { schema: true, .. } => format!("{:#}\n", render::schema(&parts)),
        What { markdown: true, .. } => render::markdown(&parts),
        What { .. } => render::effective(&parts, &arguments.sources.sources().load()?.values),
    };
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
