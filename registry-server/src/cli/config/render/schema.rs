//! The JSON Schema of the configuration file.

use serde_json::{Map, Value as Json, json};

use super::super::Part;
use super::super::section::Setting;
use super::super::shape::Kind;

/// A JSON Schema (2020-12) of the file, for editors and for checks elsewhere.
pub(crate) fn schema(parts: &[Part]) -> Json {
    let properties: Map<String, Json> =
        parts.iter().map(|part| (part.key.to_owned(), section(part))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of registry serve",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn section(part: &Part) -> Json {
    let mut properties = Map::new();
    for setting in &part.settings {
        properties.insert(setting.key.to_owned(), property(setting));
        if setting.is_secret() {
            let description = format!("The name of a file that holds `{}`.", setting.key);
            properties.insert(
                format!("{}_file", setting.key),
                json!({ "type": "string", "description": description }),
            );
        }
    }
    let required: Vec<&str> =
        part.settings.iter().filter(|setting| setting.default.is_none()).map(|setting| setting.key).collect();
    let mut table = json!({
        "type": "object",
        "description": prose(part.docs),
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    if part.repeated { json!({ "type": "array", "items": table }) } else { table }
}

fn property(setting: &Setting) -> Json {
    let mut property = kind(&setting.kind);
    property["description"] = Json::from(prose(setting.docs));
    if let Some(default) = setting.default.as_ref().filter(|default| !default.is_null()) {
        property["default"] = default.clone();
    }
    property
}

fn kind(kind: &Kind) -> Json {
    match kind {
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count { least } => json!({ "type": "integer", "minimum": least }),
        Kind::Size => json!({
            "type": ["integer", "string"],
            "minimum": 0,
            "pattern": "^[0-9]+ *([KkMmGgTt]?[Ii]?[Bb])?$",
        }),
        Kind::Duration => json!({ "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$" }),
        Kind::Address => json!({ "type": "string", "pattern": "^([0-9.]+|\\[[0-9A-Fa-f:.%]+\\]):[0-9]+$" }),
        Kind::Url => json!({ "type": "string", "format": "uri", "pattern": "^https?://" }),
        Kind::Network => json!({ "type": "string", "pattern": "^[0-9A-Fa-f:.]+(/[0-9]+)?$" }),
        Kind::Secret => json!({ "type": "string", "minLength": 1, "writeOnly": true }),
        Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::Text | Kind::Filter => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::List(of) => json!({ "type": "array", "items": self::kind(of) }),
        Kind::Map { value, .. } => json!({ "type": "object", "additionalProperties": self::kind(value) }),
    }
}

/// The lines of a comment as one paragraph.
pub(super) fn prose(docs: &str) -> String {
    docs.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
