//! `registry conformance`: checks any registry against the rules.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use registry_conformance::{Check, Error as Unrun, Profile, Report, Suite, checks};

use super::exit::Exit;

/// What `registry conformance` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The registry, such as `http://127.0.0.1:5000`; whoever asks must be allowed to pull, push and delete
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

    /// The name to ask with, by Basic authentication; it goes over plain HTTP
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,

    /// The file that holds the password of `--user`
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,

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
    let url = arguments.url.as_deref().unwrap_or_default();
    let mut suite = Suite::new(url).map_err(coded)?;
    suite = suite.profile(arguments.profile.into()).concurrency(arguments.concurrency);
    if let (Some(user), Some(file)) = (&arguments.user, &arguments.password_file) {
        let password = fs::read_to_string(file)
            .map_err(|error| Exit::Usage.because(format!("cannot read {}: {error}", file.display())))?;
        suite = suite.credentials(user, password.trim_end_matches(['\r', '\n'])).map_err(coded)?;
    }
    for only in &arguments.only {
        suite = suite.only(only);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(suite.run()).map_err(coded)?;
    writeln!(io::stdout(), "{}", shown(&report, arguments.output))?;
    if report.failed > 0 {
        return Err(Exit::Check.because(format!("{} checks failed", report.failed)).into());
    }
    Ok(())
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
