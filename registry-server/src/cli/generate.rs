//! `registry completion` and `registry man`.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::Shell;

/// What `registry completion` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Completion {
    /// The shell that is to complete the commands
    shell: Shell,
}

/// What `registry man` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Where to put `registry.1`, `registry-serve.1` and the others; standard output gets the first alone when it is not
    /// given
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Writes the script that a shell reads.
pub(super) fn completion(mut command: Command, arguments: &Completion) -> Result<(), Box<dyn Error>> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "registry", &mut script);
    Ok(stdout().write_all(&script)?)
}

/// Writes the pages of the manual.
pub(super) fn man(mut command: Command, arguments: &Man) -> Result<(), Box<dyn Error>> {
    command.build();
    match &arguments.folder {
        Some(folder) => pages(&command, folder),
        None => Ok(stdout().write_all(&page(&command)?)?),
    }
}

/// A page for a command, and for each below it.
fn pages(command: &Command, folder: &Path) -> Result<(), Box<dyn Error>> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    std::fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
        .try_for_each(|below| pages(below, folder))
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
