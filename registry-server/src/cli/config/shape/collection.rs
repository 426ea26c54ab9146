//! Lists and tables.

use std::collections::BTreeMap;
use std::str::FromStr;

use registry_core::RepositoryName;
use serde_json::Value as Json;

use super::super::tree::{Node, Problem, Value};
use super::{Header, Kind, Secret, Shape};

/// A variable or flag may hold all of them, with commas between.
impl<T: Shape> Shape for Vec<T> {
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::List(list) => all(list.iter().map(T::read)),
            Value::Text(text) if node.origin.is_outside() => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                all(parts.map(|part| T::read(&Node::new(Value::Text(part.to_owned()), node.origin.clone()))))
            }
            _ => Err(Self::kind().unlike(node)),
        }
    }

    fn write(&self) -> Json {
        self.iter().map(T::write).collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn secrets(&self) -> Vec<Secret> {
        self.iter().flat_map(T::secrets).collect()
    }
}

/// A key of a table.
pub(crate) trait Key: FromStr<Err: std::fmt::Display> + Ord + Clone {
    /// What it is, with its article.
    const WHAT: &'static str;

    fn text(&self) -> &str;
}

impl Key for RepositoryName {
    const WHAT: &'static str = "the name of a repository";

    fn text(&self) -> &str {
        self.as_str()
    }
}

impl Key for Header {
    const WHAT: &'static str = "the name of a header";

    fn text(&self) -> &str {
        self.as_str()
    }
}

impl<K: Key, T: Shape> Shape for BTreeMap<K, T> {
    fn kind() -> Kind {
        Kind::Map { key: K::WHAT, value: Box::new(T::kind()) }
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let Value::Table(table) = &node.value else {
            return Err(Self::kind().unlike(node));
        };
        all(table.iter().map(|(key, node)| {
            let key = key.parse::<K>().map_err(|error| {
                vec![Problem::at(&node.key, format!("{key:?} is not {}: {error}", K::WHAT))]
            });
            Ok((key?, T::read(node)?))
        }))
    }

    fn write(&self) -> Json {
        Json::Object(self.iter().map(|(key, value)| (key.text().to_owned(), value.write())).collect())
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn secrets(&self) -> Vec<Secret> {
        self.values().flat_map(T::secrets).collect()
    }
}

/// All of them, or what is wrong with any.
fn all<T, C: FromIterator<T>>(
    results: impl Iterator<Item = Result<T, Vec<Problem>>>,
) -> Result<C, Vec<Problem>> {
    let (good, bad): (Vec<_>, Vec<_>) = results.partition(Result::is_ok);
    let problems: Vec<Problem> = bad.into_iter().filter_map(Result::err).flatten().collect();
    if problems.is_empty() { Ok(good.into_iter().filter_map(Result::ok).collect()) } else { Err(problems) }
}
