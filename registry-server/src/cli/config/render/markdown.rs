//! The chapter of the book.

use std::fmt::Write;

use super::super::Part;
use super::super::section::{Change, Setting};
use super::schema::prose;

/// Every setting as Markdown: a heading for each section, a paragraph for each setting.
pub(crate) fn markdown(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        let head = if part.repeated { format!("[[{}]]", part.key) } else { format!("[{}]", part.key) };
        let _ = writeln!(text, "### `{head}`\n\n{}\n", prose(part.docs));
        for setting in &part.settings {
            let _ = writeln!(text, "{}", entry(part, setting));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn entry(part: &Part, setting: &Setting) -> String {
    let default = match &setting.default {
        None => "must be set".to_owned(),
        Some(default) if default.is_null() => "not set by default".to_owned(),
        Some(default) => format!("default `{default}`"),
    };
    let change = match setting.change {
        Change::Reload => "; changes on reload",
        Change::Restart => "",
    };
    format!(
        "- **`{}`** ({default}{change}; `{}`): {} Write {}.",
        setting.key,
        part.variable(setting),
        prose(setting.docs),
        setting.kind.what(),
    )
}
