//! The text format of Prometheus.

use std::collections::HashSet;
use std::fmt::Write;

/// The OpenMetrics text in the older text format 0.0.4, which every collector reads: there the name of a counter is that
/// of its sample, `…_total`, and there is no end mark.
pub(super) fn from_openmetrics(text: &str) -> String {
    let mut counters = HashSet::new();
    for line in text.lines() {
        if let Some((name, "counter")) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            counters.insert(name);
        }
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let comment = line.strip_prefix("# ").and_then(|rest| rest.split_once(' '));
        match comment {
            Some((word @ ("HELP" | "TYPE"), rest)) => {
                let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let total = if counters.contains(name) { "_total" } else { "" };
                // Writing to a string does not fail.
                let _ = writeln!(out, "# {word} {name}{total} {rest}");
            }
            _ if line.starts_with('#') => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_named_by_their_samples() {
        let text = "# HELP a A.\n# TYPE a counter\n# UNIT a bytes\na_total{x=\"# y\"} 1\n# HELP b B.\n# TYPE b gauge\nb 2\n# EOF\n";
        let expected = "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"# y\"} 1\n# HELP b B.\n# TYPE b gauge\nb 2\n";
        assert_eq!(from_openmetrics(text), expected);
    }
}
