//! How answers are written.

use std::error::Error;
use std::io::Write;

use serde_json::Value;

use super::Output;

/// The columns of a history: what stands above them, and the members of the entries.
const COLUMNS: [(&str, &str); 6] = [
    ("SEQ", "seq"),
    ("TIME", "time"),
    ("CAUSE", "cause"),
    ("ACTOR", "actor"),
    ("DIGEST", "digest"),
    ("BEFORE", "previous"),
];

pub(super) fn history(answer: &Value, output: Output) -> Result<(), Box<dyn Error>> {
    if output == Output::Json {
        return json(answer);
    }
    let entries = answer["history"].as_array().map_or(&[][..], Vec::as_slice);
    let mut rows = vec![COLUMNS.map(|(head, _)| head.to_owned())];
    rows.extend(entries.iter().map(|entry| COLUMNS.map(|(_, member)| cell(&entry[member]))));
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    write(&text)
}

pub(super) fn restored(answer: &Value, output: Output) -> Result<(), Box<dyn Error>> {
    if output == Output::Json {
        return json(answer);
    }
    let part = |member: &str| cell(&answer[member]);
    write(&format!("{}:{} points to {}\n", part("name"), part("tag"), part("digest")))
}

/// A value in a line: nothing of it can move the cursor of a terminal.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.escape_debug().to_string(),
        other => other.to_string(),
    }
}

fn json(answer: &Value) -> Result<(), Box<dyn Error>> {
    write(&format!("{}\n", serde_json::to_string_pretty(answer)?))
}

fn write(text: &str) -> Result<(), Box<dyn Error>> {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
