//! The commented default file.

use std::fmt::Write;

use serde_json::Value as Json;

use super::super::Part;
use super::super::section::{Change, Setting};
use super::super::shape::Kind;
use super::toml;

/// A TOML file with every setting, its meaning and its default. Read as it is, it changes nothing.
pub(crate) fn example(parts: &[Part]) -> String {
    let mut text = String::from(
        "# Everything that can be set, with its default. A file in YAML with the same keys does as well.\n\
         # A variable of the environment wins over the file (REGISTRY_HTTP_LISTEN for http.listen), a flag over both.\n\
         # What is marked with (reload) takes effect on SIGHUP or when the file changes, the rest on the next start.\n",
    );
    for part in parts {
        let _ = writeln!(text, "\n{}", comment(part.docs, ""));
        // A list has no default element: all of one is a comment.
        let mark = if part.repeated { "# " } else { "" };
        let head = if part.repeated { format!("[[{}]]", part.key) } else { format!("[{}]", part.key) };
        let _ = writeln!(text, "{mark}{head}");
        for setting in &part.settings {
            let reload = if setting.change == Change::Reload { " (reload)" } else { "" };
            let _ = writeln!(text, "\n{}", comment(setting.docs, reload));
            let _ = writeln!(text, "# Write {}.", setting.kind.what());
            let _ = writeln!(text, "{mark}{}", line(setting));
        }
    }
    text
}

fn comment(docs: &str, behind: &str) -> String {
    let lines: Vec<String> = docs.lines().map(|line| format!("#{line}")).collect();
    format!("{}{behind}", lines.join("\n"))
}

fn line(setting: &Setting) -> String {
    match setting.default.as_ref().and_then(toml) {
        Some(default) => format!("{} = {default}", setting.key),
        None => format!("# {} = {}", setting.key, placeholder(&setting.kind)),
    }
}

/// Some value for what has no default.
fn placeholder(kind: &Kind) -> Json {
    Json::from(match kind {
        Kind::Address => "127.0.0.1:5001",
        Kind::Url => "http://127.0.0.1:8080/",
        _ => "…",
    })
}
