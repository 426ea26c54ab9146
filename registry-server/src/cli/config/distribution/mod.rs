//! The configuration of CNCF distribution, version 0.1: what of it means something here is taken over, what would be
//! missed is refused, and the rest is ignored and said to be.
//!
//! Keys and meanings: distribution's `docs/content/about/configuration.md`.

mod convert;
mod table;
mod variable;
mod webhook;

use super::reader::unknown_key;
use super::tree::{Node, Problem, Value};

pub(crate) use variable::variable;

use table::{Action, Row, Taken, row, rows_below};

/// A file of distribution as one of ours.
#[derive(Debug)]
pub(crate) struct Translated {
    pub(crate) tree: Node,
    pub(crate) problems: Vec<Problem>,
    /// What is ignored, and why.
    pub(crate) notes: Vec<Problem>,
}

/// Whether this is a file of distribution.
pub(crate) fn is_distribution(tree: &Node) -> bool {
    tree.at(&["version"]).is_some()
}

/// Reads it.
pub(crate) fn translate(tree: &Node) -> Translated {
    let mut translated = Translated { tree: Node::empty(), problems: Vec::new(), notes: Vec::new() };
    translated.walk(&mut Vec::new(), tree);
    translated.fill_in(tree);
    translated
}

impl Translated {
    fn walk<'a>(&mut self, path: &mut Vec<&'a str>, node: &'a Node) {
        if let Some(row) = row(path) {
            self.apply(row, &path.join("."), node);
            return;
        }
        match &node.value {
            Value::Table(table) => {
                let known = rows_below(path);
                for (key, below) in table {
                    if known.contains(&key.as_str()) {
                        path.push(key);
                        self.walk(path, below);
                        path.pop();
                    } else {
                        self.problems.push(unknown_key(key, known.iter().copied(), &below.key));
                    }
                }
            }
            _ if is_empty(node) => {}
            other => {
                let text = format!("{} was given: `{}` has keys of its own", other.kind(), path.join("."));
                self.problems.push(Problem::at(&node.origin, text));
            }
        }
    }

    fn apply(&mut self, row: &Row, path: &str, node: &Node) {
        match row.action {
            Action::Refuse(why) if !is_empty(node) => {
                self.problems.push(Problem::at(&node.key, format!("`{path}` cannot be honoured: {why}")));
            }
            Action::Ignore(why) => self.ignore(node, path, why),
            Action::Take(convert) if !is_empty(node) => match convert(node) {
                Ok(Taken::Settings(settings)) => self.put(settings, node),
                Ok(Taken::Nothing(why)) => self.ignore(node, path, why),
                Err(text) => self.problems.push(Problem::at(&node.origin, format!("`{path}`: {text}"))),
            },
            Action::Webhooks => webhook::translate(self, node),
            Action::Refuse(_) | Action::Take(_) => {}
        }
    }

    fn put(&mut self, settings: Vec<(&'static str, Value)>, from: &Node) {
        for (ours, value) in settings {
            let path: Vec<&str> = ours.split('.').collect();
            if let Err(text) = self.tree.put(&path, value, &from.origin) {
                self.problems.push(Problem::at(&from.origin, text));
            }
        }
    }

    fn ignore(&mut self, node: &Node, path: &str, why: &str) {
        self.notes.push(Problem::at(&node.key, format!("`{path}` is ignored: {why}")));
    }

    /// What distribution does when nothing is said, where ours would allow more.
    fn fill_in(&mut self, tree: &Node) {
        let version = tree.at(&["version"]).map(|node| (&node.value, &node.origin));
        let known = match version {
            Some((Value::Number(number), _)) => (number - 0.1).abs() < 1e-9,
            Some((Value::Text(text), _)) => text == "0.1",
            _ => false,
        };
        if let Some((_, origin)) = version.filter(|_| !known) {
            self.problems
                .push(Problem::at(origin, "only version 0.1 of distribution's configuration is known"));
        }
        if self.tree.at(&["http", "deletes"]).is_none() {
            self.put(vec![("http.deletes", Value::Flag(false))], tree);
            let text = "nothing can be deleted, as in distribution, until `storage.delete.enabled` is true";
            self.notes.push(Problem::general(text));
        }
        if tree.at(&["storage", "filesystem"]).is_some() && self.tree.at(&["storage", "data"]).is_none() {
            self.put(vec![("storage.data", Value::Text("/var/lib/registry".to_owned()))], tree);
        }
        let address = self.tree.at(&["http", "admin"]).is_some();
        let wanted = tree.at(&["http", "debug", "prometheus", "enabled"]).map(|node| &node.value);
        let metrics = address && wanted == Some(&Value::Flag(true));
        self.put(vec![("metrics.enabled", Value::Flag(metrics))], tree);
    }
}

/// Whether nothing is said.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Nothing => true,
        Value::Text(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Table(table) => table.values().all(is_empty),
        Value::Flag(_) | Value::Integer(_) | Value::Number(_) => false,
    }
}
