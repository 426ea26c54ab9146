//! A load generator for container registries.
//!
//! `load SCENARIO --url http://127.0.0.1:5000 …` drives one registry and prints one Markdown row; with `--samples FILE`
//! the figures are also kept, and `load table FILE` turns the kept figures of many runs into medians beside a baseline.
//! The README next to this crate says what each scenario sends and how to read the columns.

mod body;
mod gate;
mod http;
mod options;
mod process;
mod report;
mod scenario;
mod size;
mod socket;
mod stats;
mod target;

use std::{error::Error, io::Write, process::ExitCode};

use clap::Parser;

use crate::options::{Command, Options};

/// Anything that can stop a run; a load generator has nothing to recover from.
type Failure = Box<dyn Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(text) => match std::io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<String> {
    match options.command {
        Command::Table(table) => report::table(&table),
        Command::Run(scenario) => report::row(&scenario::run(&scenario)?, scenario.common()),
    }
}
