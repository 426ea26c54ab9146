//! The binary `registry`: it reads the command line and the configuration, wires the crates together, and serves.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
