//! How a command ends: the codes that scripts may rely on.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed in a way that has no code of its own |
//! | 2 | the command line or the configuration is wrong |
//! | 3 | not found |
//! | 4 | not authenticated, or not allowed |
//! | 5 | conflict: something else is there, or a condition does not hold |
//! | 6 | a check found something wrong |
//! | 7 | the network or the server failed |

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use super::config::ConfigError;

/// Why a command failed, as far as scripts care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Denied = 4,
    Conflict = 5,
    Check = 6,
    Network = 7,
}

/// An error with its code.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub(super) struct Failure {
    exit: Exit,
    source: Box<dyn Error>,
}

impl Exit {
    /// Ends the command with this code because of that.
    pub(super) fn because(self, source: impl Into<Box<dyn Error>>) -> Failure {
        Failure { exit: self, source: source.into() }
    }
}

/// The code to end with. What went wrong is written to standard error.
pub(super) fn code(done: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = done else {
        return ExitCode::SUCCESS;
    };
    if let Some(failure) = error.downcast_ref::<Failure>() {
        report(failure.source.as_ref());
        return ExitCode::from(failure.exit as u8);
    }
    report(error.as_ref());
    if error.is::<ConfigError>() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::FAILURE }
}

/// Writes an error and what lies behind it to standard error, in one line.
pub(super) fn report(error: &dyn Error) {
    let line = format!("registry: {}", with_causes(error));
    // Nobody is left to be told that this failed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// An error and what lies behind it, in one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    line
}
