//! From a tree to sections. It gathers everything that is wrong instead of ending at the first thing.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use super::nearest::nearest;
use super::section::{Section, Setting};
use super::shape::{Secret, Shape};
use super::tree::{Node, Origin, Problem, Table, Value};

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) problems: Vec<Problem>,
    pub(crate) values: Vec<Effective>,
}

/// A setting as it holds.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    /// The keys down to it, such as `limits.connections` or `webhooks.0.url`.
    pub(crate) path: String,
    pub(crate) value: Json,
    pub(crate) origin: Origin,
    /// What `value` does not tell.
    pub(crate) secrets: Vec<Secret>,
    pub(crate) setting: Setting,
}

/// Reads the settings of one section.
pub(crate) struct Reader<'a> {
    path: String,
    table: &'a Table,
    origin: Origin,
    settings: Vec<Setting>,
    known: BTreeSet<String>,
    found: &'a mut Found,
}

/// Reads a section; one that nobody wrote holds its defaults.
pub(crate) fn section<S: Section>(path: &str, node: Option<&Node>, found: &mut Found) -> Option<S> {
    let nothing = Node::empty();
    let node = node.filter(|node| node.value != Value::Nothing).unwrap_or(&nothing);
    let Value::Table(table) = &node.value else {
        let text = format!("{} was given: `{path}` is a section with keys of its own", node.value.kind());
        found.problems.push(Problem::at(&node.origin, text));
        return None;
    };
    let mut reader = Reader {
        path: path.to_owned(),
        table,
        origin: node.origin.clone(),
        settings: S::settings(),
        known: BTreeSet::new(),
        found,
    };
    let section = S::read(&mut reader);
    reader.refuse_unknown();
    section
}

/// Reads a list of sections.
pub(crate) fn sections<S: Section>(path: &str, node: Option<&Node>, found: &mut Found) -> Option<Vec<S>> {
    match node.map(|node| (&node.value, &node.origin)) {
        None | Some((Value::Nothing, _)) => Some(Vec::new()),
        Some((Value::List(list), _)) => {
            let one = |(index, node): (usize, &Node)| section(&format!("{path}.{index}"), Some(node), found);
            // Every one is read, also behind a wrong one.
            list.iter().enumerate().map(one).collect::<Vec<_>>().into_iter().collect()
        }
        Some((value, origin)) => {
            let text = format!("{} was given: `{path}` is a list of tables", value.kind());
            found.problems.push(Problem::at(origin, text));
            None
        }
    }
}

impl Reader<'_> {
    /// Reads a setting, or takes what holds when it is not set.
    pub(crate) fn setting<T: Shape>(&mut self, key: &'static str, default: Option<T>) -> Option<T> {
        self.known.insert(key.to_owned());
        let setting = self.settings.iter().find(|setting| setting.key == key)?.clone();
        let node = if setting.is_secret() { self.secret(key)? } else { self.table.get(key).cloned() };
        let (value, origin) = match (&node, default) {
            (Some(node), default) if node.value != Value::Nothing || default.is_none() => match T::read(node)
            {
                Ok(value) => (value, node.origin.clone()),
                Err(problems) => {
                    self.found.problems.extend(problems);
                    return None;
                }
            },
            (_, Some(default)) => (default, Origin::Default),
            (_, None) => {
                let text = format!("`{}` is missing: write {}", self.below(key), setting.kind.what());
                self.found.problems.push(Problem::at(&self.origin, text));
                return None;
            }
        };
        let path = self.below(key);
        let secrets = value.secrets();
        self.found.values.push(Effective { path, value: value.write(), origin, secrets, setting });
        Some(value)
    }

    /// A secret stands where it is set, or in the file that `…_file` names. Nothing where that went wrong.
    #[allow(clippy::option_option)]
    fn secret(&mut self, key: &str) -> Option<Option<Node>> {
        let file_key = format!("{key}_file");
        let (direct, file) = (self.table.get(key), self.table.get(&file_key));
        self.known.insert(file_key.clone());
        let Some(file) = file.filter(|file| file.value != Value::Nothing) else {
            return Some(direct.cloned());
        };
        let read = match (direct, &file.value) {
            (Some(_), _) => Err(format!("both `{key}` and `{file_key}` are set: set one")),
            (None, Value::Text(name)) => std::fs::read_to_string(Path::new(name))
                .map_err(|error| format!("cannot read the secret from {name}: {error}")),
            (None, other) => Err(format!("{} was given: write the name of a file", other.kind())),
        };
        match read {
            Ok(text) => {
                let text = text.trim_end_matches(['\n', '\r']).to_owned();
                Some(Some(Node::new(Value::Text(text), file.origin.clone())))
            }
            Err(text) => {
                self.found.problems.push(Problem::at(&file.origin, text));
                None
            }
        }
    }

    fn refuse_unknown(self) {
        for (key, node) in self.table.iter().filter(|(key, _)| !self.known.contains(*key)) {
            let known = self.known.iter().map(String::as_str);
            self.found.problems.push(unknown_key(key, known, &node.key));
        }
    }

    fn below(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }
}

/// The problem of a key that nobody knows.
pub(crate) fn unknown_key<'a>(key: &str, known: impl Iterator<Item = &'a str>, place: &Origin) -> Problem {
    let mut text = format!("unknown key `{key}`");
    if let Some(nearest) = nearest(key, known) {
        text.push_str(&format!(", did you mean `{nearest}`?"));
    }
    Problem::at(place, text)
}
