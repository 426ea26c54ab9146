//! What was written, before anybody asks what it means: a tree in which every value knows where it comes from.

mod merge;
mod origin;
mod toml;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(crate) use origin::{Origin, Problem};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
    /// Where its key stands, which may be another line.
    pub(crate) key: Origin,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Nothing,
    Flag(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Table),
}

pub(crate) type Table = BTreeMap<String, Node>;

impl Node {
    pub(crate) fn new(value: Value, origin: Origin) -> Self {
        Self { value, key: origin.clone(), origin }
    }

    /// An empty table that nobody wrote.
    pub(crate) fn empty() -> Self {
        Self::new(Value::Table(Table::new()), Origin::Default)
    }

    /// What lies below a path of keys.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| match &node.value {
            Value::Table(table) => table.get(*key),
            _ => None,
        })
    }
}

impl Value {
    /// What kind of value it is, with its article.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Flag(_) => "a truth value",
            Self::Integer(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Reads a file: TOML or YAML by the ending of its name.
///
/// # Errors
/// When it cannot be read, or everything that is wrong with its grammar.
pub(crate) fn read(path: &Path) -> Result<Node, Vec<Problem>> {
    let parse = match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => toml::parse,
        Some("yaml" | "yml" | "json") => yaml::parse,
        _ => {
            let text =
                format!("{}: the name of a configuration file ends in .toml, .yaml or .yml", path.display());
            return Err(vec![Problem::general(text)]);
        }
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![Problem::general(format!("cannot read the configuration file {}: {error}", path.display()))]
    })?;
    let mut tree = parse(&text, &Arc::from(path))?;
    if tree.value == Value::Nothing {
        tree.value = Value::Table(Table::new());
    }
    Ok(tree)
}
