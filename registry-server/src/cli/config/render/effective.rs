//! The configuration that holds, with the origin of each value.

use std::fmt::Write;

use super::super::Part;
use super::super::reader::Effective;
use super::toml;

/// A TOML file that says the same. Secrets are hidden, so that it can be shown around.
pub(crate) fn effective(parts: &[Part], values: &[Effective]) -> String {
    let mut text = String::new();
    for part in parts {
        let begin = format!("{}.", part.key);
        let mut table = String::new();
        for value in values.iter().filter(|value| value.path.starts_with(&begin)) {
            let (above, key) = value.path.rsplit_once('.').unwrap_or(("", &value.path));
            if above != table {
                let head =
                    if part.repeated { format!("[[{}]]", part.key) } else { format!("[{}]", part.key) };
                let gap = if text.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}{head}");
                above.clone_into(&mut table);
            }
            let line = match toml(&value.value) {
                Some(written) => format!("{key} = {written}"),
                None => format!("# {key} is not set"),
            };
            let _ = writeln!(text, "{line:<40} # {}", value.origin);
        }
    }
    text
}
