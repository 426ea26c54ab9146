//! The command line.

mod config;
mod folder;
mod hints;
mod serve;
mod signals;

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// A container registry.
#[derive(Debug, Parser)]
#[command(name = "registry", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a registry until SIGTERM or SIGINT; a second signal ends it at once.
    Serve(ServeArguments),
}

/// What `registry serve` takes. A flag wins over the file, the file over the default.
#[derive(Debug, Args)]
struct ServeArguments {
    /// The address to listen on, such as `127.0.0.1:5000` or `[::1]:5000`; `127.0.0.1:5000` when it is not given
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// The folder that keeps everything; made when it is not there; `./registry-data` when it is not given
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,

    /// A configuration file in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Let everybody who reaches an address beyond loopback pull, push and delete
    #[arg(long)]
    allow_everyone: bool,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    let Command::Serve(arguments) = Cli::parse().command;
    match serve::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Writes an error and what lies behind it to standard error, in one line.
fn report(error: &dyn Error) {
    let mut line = format!("registry: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    // Nobody is left to be told that this failed.
    let _ = writeln!(std::io::stderr(), "{line}");
}
