//! The report as JUnit XML.

use std::fmt::Write;

use super::{Outcome, Report};

pub(super) fn junit(report: &Report) -> String {
    let Report { url, checks, failed, skipped, seconds, .. } = report;
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let _ = writeln!(
        xml,
        "<testsuite name=\"registry conformance {}\" tests=\"{}\" failures=\"{failed}\" skipped=\"{skipped}\" \
         time=\"{seconds:.3}\">",
        Escaped(url),
        checks.len()
    );
    for entry in checks {
        let class = entry.id.split('.').next().unwrap_or_default();
        let _ = write!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}: {}\" time=\"{:.3}\"",
            Escaped(class),
            Escaped(&entry.id),
            Escaped(&entry.rule),
            entry.seconds
        );
        let _ = match &entry.outcome {
            Outcome::Passed => writeln!(xml, "/>"),
            Outcome::Skipped { reason } => {
                writeln!(xml, "><skipped message=\"{}\"/></testcase>", Escaped(reason))
            }
            Outcome::Failed { expected, seen, request, response } => writeln!(
                xml,
                "><failure message=\"expected {}; seen {}\">{}\n\n{}</failure></testcase>",
                Escaped(expected),
                Escaped(seen),
                Escaped(request),
                Escaped(response)
            ),
        };
    }
    xml.push_str("</testsuite>\n");
    xml
}

/// Text as it may stand in XML 1.0, in content and in attributes.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => f.write_char(character)?,
                // Not even an escape may name these.
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
