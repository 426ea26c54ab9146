//! What came of a run.

mod junit;
mod table;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::check::{Check, Profile, Stop, Verdict};

/// What came of a run, check by check.
///
/// Its `Display` is a table of what did not pass, with a summary as its last line.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The registry.
    pub url: String,
    /// Which checks were run.
    pub profile: Profile,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many did not apply.
    pub skipped: usize,
    /// How long it took.
    pub seconds: f64,
    /// One entry for each check, in the order of the list.
    pub checks: Vec<ReportEntry>,
}

/// One check and what came of it.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ReportEntry {
    /// Its id.
    pub id: String,
    /// What must hold, in one line.
    pub rule: String,
    /// Who says so.
    pub source: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took.
    pub seconds: f64,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The rule holds.
    Passed,
    /// It does not.
    Failed {
        /// What was expected.
        expected: String,
        /// What was seen instead.
        seen: String,
        /// The beginning of the request that showed it; empty where it was not a single one.
        request: String,
        /// The beginning of its answer; empty where there was none.
        response: String,
    },
    /// It does not apply to this registry.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl Report {
    pub(crate) fn new(url: String, profile: Profile, checks: Vec<ReportEntry>, took: Duration) -> Self {
        let count =
            |wanted: fn(&Outcome) -> bool| checks.iter().filter(|entry| wanted(&entry.outcome)).count();
        let passed = count(|outcome| *outcome == Outcome::Passed);
        let failed = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));
        Self { url, profile, passed, failed, skipped, seconds: took.as_secs_f64(), checks }
    }

    /// Whether every check passed: none failed, none was skipped, and there was at least one.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.failed == 0 && self.skipped == 0 && self.passed > 0
    }

    /// The ids of the checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        let failed = |entry: &&ReportEntry| matches!(entry.outcome, Outcome::Failed { .. });
        self.checks.iter().filter(failed).map(|entry| entry.id.as_str())
    }

    /// The whole report as JSON: one object with the counts and the list `checks`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers: serialising them does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The whole report as JUnit XML, which many build services show.
    #[must_use]
    pub fn to_junit(&self) -> String {
        junit::junit(self)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::table(self, f)
    }
}

impl ReportEntry {
    pub(crate) fn new(check: &Check, outcome: Outcome, took: Duration) -> Self {
        let (id, rule) = (check.id().to_owned(), check.rule().to_owned());
        Self { id, rule, source: check.source(), outcome, seconds: took.as_secs_f64() }
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(()) => Self::Passed,
            Err(Stop::Skipped(reason)) => Self::Skipped { reason },
            Err(Stop::Failed(failure)) => Self::Failed {
                expected: failure.expected,
                seen: failure.seen,
                request: failure.request,
                response: failure.response,
            },
        }
    }
}

impl Serialize for Profile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Core => "core",
            Self::Full => "full",
        })
    }
}
