//! Everything that can be set, and everything that holds, as text. All of it comes from the one table of sections.

mod effective;
mod example;
mod markdown;
mod schema;

use serde_json::Value as Json;

pub(crate) use effective::effective;
pub(crate) use example::example;
pub(crate) use markdown::markdown;
pub(crate) use schema::schema;

/// A value as it stands behind `key =` in TOML; nothing for what is absent.
fn toml(value: &Json) -> Option<String> {
    let value = toml::Value::try_from(value).ok()?;
    match value {
        // A list of a table's kind is written on one line.
        toml::Value::Table(table) => {
            let entries: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{} = {value}", toml::Value::from(key.as_str())))
                .collect();
            Some(if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) })
        }
        other => Some(other.to_string()),
    }
}
