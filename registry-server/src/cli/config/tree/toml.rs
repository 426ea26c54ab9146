//! TOML.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Node, Origin, Problem, Table, Value};

/// Reads a TOML document.
///
/// # Errors
/// Everything that is wrong with its grammar.
pub(crate) fn parse(text: &str, path: &Arc<Path>) -> Result<Node, Vec<Problem>> {
    let source = Source { text, path };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let problem = |error: &toml::de::Error| {
            Problem::at(&source.origin(error.span().unwrap_or_default()), error.message())
        };
        return Err(errors.iter().map(problem).collect());
    }
    Ok(Node::new(Value::Table(source.table(table.get_ref())), source.origin(0..0)))
}

struct Source<'a> {
    text: &'a str,
    path: &'a Arc<Path>,
}

impl Source<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Origin::File { path: Arc::clone(self.path), line, column }
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        let entry = |(key, value): (&Spanned<_>, &Spanned<_>)| {
            let key: &Spanned<std::borrow::Cow<'_, str>> = key;
            (key.get_ref().to_string(), Node { key: self.origin(key.span()), ..self.node(value) })
        };
        table.iter().map(entry).collect()
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let content = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Text(digits.as_str().to_owned()),
            },
            DeValue::Float(digits) => digits.as_str().parse().map_or(Value::Nothing, Value::Number),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(time) => Value::Text(time.to_string()),
            DeValue::Array(list) => Value::List(list.iter().map(|value| self.node(value)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node::new(content, self.origin(value.span()))
    }
}
