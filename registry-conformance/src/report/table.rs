//! The report as text for people.

use std::fmt;

use super::{Outcome, Report};

pub(super) fn table(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for entry in &report.checks {
        match &entry.outcome {
            Outcome::Passed => {}
            Outcome::Failed { expected, seen, request, response } => {
                writeln!(f, "FAIL  {}  {} [{}]", entry.id, entry.rule, entry.source)?;
                writeln!(f, "      expected: {expected}\n      seen:     {seen}")?;
                indented(f, "> ", request)?;
                indented(f, "< ", response)?;
            }
            Outcome::Skipped { reason } => writeln!(f, "SKIP  {}  {reason}", entry.id)?,
        }
    }
    let Report { url, passed, failed, skipped, seconds, .. } = report;
    write!(f, "{url}: {passed} passed, {failed} failed, {skipped} skipped in {seconds:.1} s")
}

/// The first lines of a text.
fn indented(f: &mut fmt::Formatter<'_>, sign: &str, text: &str) -> fmt::Result {
    const LINES: usize = 16;
    const WIDTH: usize = 160;
    for line in text.lines().filter(|line| !line.is_empty()).take(LINES) {
        let shown: String = line.chars().take(WIDTH).collect();
        writeln!(f, "      {sign}{shown}")?;
    }
    Ok(())
}
