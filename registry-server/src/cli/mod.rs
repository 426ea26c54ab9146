//! The command line: one file per command.

mod assemble;
mod beside;
mod check;
mod config;
mod conformance;
mod descriptors;
mod exit;
mod folder;
mod generate;
mod hints;
mod import;
mod jobs;
mod lines;
mod listener;
mod log;
mod migrate;
mod observe;
mod otlp;
mod place;
mod reload;
mod serve;
mod show;
mod signals;
mod sources;
mod stores;
mod tag;
mod tls;
mod upkeep;
mod webhooks;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// A container registry.
#[derive(Debug, Parser)]
#[command(name = "registry", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a registry until SIGTERM or SIGINT; a second signal ends it at once.
    Serve(serve::Arguments),
    /// Tell whether the configuration is in order and what it names can be used, without serving.
    Check(check::Arguments),
    /// Show the configuration that holds, everything that can be set, or its schema.
    Config(show::Arguments),
    /// Check any registry, this one or another, against the rules.
    Conformance(conformance::Arguments),
    /// Copy a registry from one pair of stores to another, or what came since the last time
    Migrate(migrate::Arguments),
    /// Take over what another registry kept, in a folder or a bucket
    Import(import::Arguments),
    /// Write the script by which a shell completes these commands.
    Completion(generate::Completion),
    /// Write these commands as pages of the manual.
    Man(generate::Man),
    /// Show what a tag pointed to, or set it back.
    #[command(subcommand)]
    Tag(Box<tag::Command>),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Config(arguments) => show::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Completion(arguments) => generate::completion(Cli::command(), &arguments),
        Command::Man(arguments) => generate::man(Cli::command(), &arguments),
        Command::Tag(command) => tag::run(&command),
    };
    exit::code(done)
}
