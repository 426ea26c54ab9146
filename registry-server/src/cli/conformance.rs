//! `registry conformance`: checks any registry against the rules.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use registry_conformance::{Check, Error as Unrun, Profile, Report, Suite, checks};

use super::exit::Exit;
use super::tls;

/// What `registry conformance` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The registry, such as `http://127.0.0.1:5000` or `https://registry.example`; whoever asks must be allowed to pull, push and delete
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,

    /// How much is checked: what the specification asks for, or also what clients need and how malformed requests are
    /// answered
    #[arg(long, value_enum, default_value_t = ProfileName::Full)]
    profile: ProfileName,

    /// Run only this check, or, with a dot at its end, those whose id begins so; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,

    /// The form of the report
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,

    /// List the checks with their rules and sources, and run nothing
    #[arg(long)]
    list: bool,

    /// The name to ask with: by Basic authentication, or for tokens where the registry wants them
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,

    /// The file that holds the password of `--user`
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,

    /// Certificates, in PEM, that the registry's may come from, beside the platform's; may be given several times
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,

    /// Take whatever certificate is shown: anybody in between can read and change everything, the password too
    #[arg(long, conflicts_with = "ca")]
    insecure: bool,

    /// Send every request on a connection of its own, so that a balancer of connections sends each to any replica
    #[arg(long)]
    fresh_connections: bool,

    /// How many checks run at once
    #[arg(long, value_name = "N", default_value_t = 8)]
    concurrency: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    Core,
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
    Junit,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Core => Self::Core,
            ProfileName::Full => Self::Full,
        }
    }
}

/// Runs the checks, or lists them.
///
/// # Errors
/// Code 6 when a check failed, 7 when the registry cannot be reached, 2 when there is no such check or address.
pub(super) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.list {
        let text: String = checks(arguments.profile.into()).iter().map(line).collect();
        return Ok(io::stdout().write_all(text.as_bytes())?);
    }
    tls::choose();
    let suite = suite(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(suite.run()).map_err(coded)?;
    writeln!(io::stdout(), "{}", shown(&report, arguments.output))?;
    if report.failed > 0 {
        return Err(Exit::Check.because(format!("{} checks failed", report.failed)).into());
    }
    Ok(())
}

fn suite(arguments: &Arguments) -> Result<Suite, Box<dyn Error>> {
    let url = arguments.url.as_deref().unwrap_or_default();
    let mut suite = Suite::new(url).map_err(coded)?;
    suite = suite.profile(arguments.profile.into()).concurrency(arguments.concurrency);
    suite = suite.keep_alive(!arguments.fresh_connections);
    if let (Some(user), Some(file)) = (&arguments.user, &arguments.password_file) {
        let password = read(file)?;
        suite = suite.credentials(user, password.trim_end_matches(['\r', '\n'])).map_err(coded)?;
    }
    for file in &arguments.ca {
        let because = |error: Unrun| Exit::Usage.because(format!("{}: {error}", file.display()));
        suite = suite.roots(read(file)?.as_bytes()).map_err(because)?;
    }
    if arguments.insecure {
        suite = suite.insecure_any_certificate();
    }
    Ok(arguments.only.iter().fold(suite, Suite::only))
}

fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    let because = |error: io::Error| Exit::Usage.because(format!("cannot read {}: {error}", file.display()));
    Ok(fs::read_to_string(file).map_err(because)?)
}

fn line(check: &Check) -> String {
    format!("{}\t{}\t[{}]\n", check.id(), check.rule(), check.source())
}

fn shown(report: &Report, output: Output) -> String {
    match output {
        Output::Table => report.to_string(),
        Output::Json => report.to_json(),
        Output::Junit => report.to_junit(),
    }
}

fn coded(error: Unrun) -> Box<dyn Error> {
    let exit = if matches!(error, Unrun::Unreachable { .. }) { Exit::Network } else { Exit::Usage };
    exit.because(error).into()
}
