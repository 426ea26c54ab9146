//! YAML.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{Node, Origin, Problem, Table, Value};

/// Reads a YAML document.
///
/// # Errors
/// The first thing that is wrong with its grammar.
pub(crate) fn parse(text: &str, path: &Arc<Path>) -> Result<Node, Vec<Problem>> {
    let origin = |location: Location| Origin::File {
        path: Arc::clone(path),
        line: usize::try_from(location.line()).unwrap_or_default(),
        column: usize::try_from(location.column()).unwrap_or_default(),
    };
    match serde_saphyr::from_str::<Spanned<Raw>>(text) {
        Ok(raw) => Ok(raw.value.node(&origin, raw.referenced)),
        Err(error) => {
            let place = error.location().map_or(Origin::Default, origin);
            Err(vec![Problem::at(&place, reason(&error.without_snippet().to_string()))])
        }
    }
}

/// What is wrong, without the place, which stands before it, and without advice on how to call the parser.
fn reason(message: &str) -> &str {
    let end = ["\n", " at line ", ", set ", "; use "].iter().filter_map(|mark| message.find(mark)).min();
    &message[..end.unwrap_or(message.len())]
}

/// A value of YAML with the places of what lies in it.
enum Raw {
    Plain(Value),
    List(Vec<Spanned<Raw>>),
    Table(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn node(self, origin: &impl Fn(Location) -> Origin, location: Location) -> Node {
        let value = match self {
            Self::Plain(value) => value,
            Self::List(list) => {
                Value::List(list.into_iter().map(|raw| raw.value.node(origin, raw.referenced)).collect())
            }
            Self::Table(entries) => {
                let entry = |(key, raw): (Spanned<String>, Spanned<Self>)| {
                    let node = raw.value.node(origin, raw.referenced);
                    (key.value, Node { key: origin(key.referenced), ..node })
                };
                Value::Table(entries.into_iter().map(entry).collect::<Table>())
            }
        };
        Node::new(value, origin(location))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

/// Takes whatever is there.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Nothing))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Nothing))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        let value = i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Integer);
        Ok(Raw::Plain(value))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element()? {
            list.push(element);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Table(entries))
    }
}
