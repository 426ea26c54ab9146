//! `REGISTRY_…`: variables of the environment as a layer over the file.

use std::ffi::OsString;

use super::catalogue::Part;
use super::distribution;
use super::nearest::nearest;
use super::shape::Kind;
use super::tree::{Node, Origin, Problem, Value};

/// What every variable of ours begins with.
const PREFIX: &str = "REGISTRY_";

/// Variables that are read elsewhere, or that others put there: the file itself, clients of registries, and Kubernetes,
/// which tells every container about a service that is called `registry`.
const OTHERS: [&str; 6] = [
    "REGISTRY_CONFIG",
    "REGISTRY_CONFIGURATION_PATH",
    "REGISTRY_AUTH_FILE",
    "REGISTRY_PORT",
    "REGISTRY_SERVICE_HOST",
    "REGISTRY_SERVICE_PORT",
];
const NO_SETTING: &str = "no setting has this name: it is ignored";
const OTHERS_BEGIN: [&str; 2] = ["REGISTRY_PORT_", "REGISTRY_SERVICE_PORT_"];

/// Puts what the variables say into a tree.
pub(crate) fn overlay(
    variables: impl Iterator<Item = (OsString, OsString)>,
    parts: &[Part],
    tree: &mut Node,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Problem>,
) {
    let mut ours: Vec<(String, OsString)> = variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX) && !is_of_others(name))
        .collect();
    // Elements of lists come in their order: `_10` is behind `_9`.
    ours.sort_by_key(|(name, _)| (name.len(), name.clone()));
    for (name, value) in ours {
        let origin = Origin::Variable(name.clone());
        let put = match value.into_string() {
            Ok(value) => set(&name[PREFIX.len()..], value, parts, tree, &origin),
            Err(_) => Err("the value is not UTF-8".to_owned()),
        };
        match put {
            Ok(None) => {}
            Ok(Some(ignored)) => notes.push(Problem::at(&origin, ignored)),
            Err(text) => problems.push(Problem::at(&origin, text)),
        }
    }
}

/// Sets what a variable stands for, by our name or by that of distribution. Answers why it is ignored, where it is.
fn set(
    rest: &str,
    value: String,
    parts: &[Part],
    tree: &mut Node,
    origin: &Origin,
) -> Result<Option<String>, String> {
    let unknown = match resolve(rest, parts) {
        Ok(path) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            return tree.put(&path, Value::Text(value), origin).map(|()| None);
        }
        Err(unknown) => unknown,
    };
    let node = Node::new(Value::Text(value), origin.clone());
    let Some(foreign) = distribution::variable(rest, &node) else {
        return if is_meant_for_us(rest, parts) { Err(unknown) } else { Ok(Some(NO_SETTING.to_owned())) };
    };
    let (settings, ignored) = foreign?;
    for (key, value) in settings {
        tree.put(&key.split('.').collect::<Vec<_>>(), value, origin)?;
    }
    Ok(ignored)
}

/// Whether a variable that nobody knows begins as ours do, or is nearly one of them. Anything else, such as
/// `REGISTRY_PASSWORD`, belongs to somebody who shares the environment.
fn is_meant_for_us(rest: &str, parts: &[Part]) -> bool {
    let in_section = |part: &Part| {
        rest.strip_prefix(&part.key.to_uppercase()).is_some_and(|end| end.is_empty() || end.starts_with('_'))
    };
    parts.iter().any(in_section) || near(rest, parts).is_some()
}

fn is_of_others(name: &str) -> bool {
    OTHERS.contains(&name) || OTHERS_BEGIN.iter().any(|begin| name.starts_with(begin))
}

/// The keys that a variable stands for.
///
/// # Errors
/// A text about the variable that was probably meant.
pub(crate) fn resolve(rest: &str, parts: &[Part]) -> Result<Vec<String>, String> {
    for part in parts {
        let section = part.key.to_uppercase();
        let Some(rest) = rest.strip_prefix(&section).and_then(|rest| rest.strip_prefix('_')) else {
            continue;
        };
        let (index, rest) = match (part.repeated, rest.split_once('_')) {
            (false, _) => (None, rest),
            (true, Some((index, rest))) if index.parse::<usize>().is_ok() => (Some(index), rest),
            (true, _) => return Err(format!("`{section}` is a list: write {PREFIX}{section}_0_…")),
        };
        let begin: Vec<String> = std::iter::once(part.key).chain(index).map(str::to_owned).collect();
        if let Some(end) = key(rest, part)? {
            return Ok(begin.into_iter().chain(end).collect());
        }
    }
    Err(unknown(rest, parts))
}

/// The key of a section that the end of a name stands for, with the place in a list behind it.
fn key(rest: &str, part: &Part) -> Result<Option<Vec<String>>, String> {
    for setting in &part.settings {
        let name = setting.key.to_uppercase();
        if rest == name {
            if matches!(setting.kind, Kind::Map { .. }) {
                return Err(format!("`{}` is a table, which only a file can hold", setting.key));
            }
            return Ok(Some(vec![setting.key.to_owned()]));
        }
        let Some(end) = rest.strip_prefix(&name).and_then(|rest| rest.strip_prefix('_')) else {
            continue;
        };
        if setting.is_secret() && end == "FILE" {
            return Ok(Some(vec![format!("{}_file", setting.key)]));
        }
        if matches!(setting.kind, Kind::List(_)) && end.parse::<usize>().is_ok() {
            return Ok(Some(vec![setting.key.to_owned(), end.to_owned()]));
        }
    }
    Ok(None)
}

fn unknown(rest: &str, parts: &[Part]) -> String {
    let name = format!("{PREFIX}{rest}");
    match near(rest, parts) {
        Some(nearest) => format!("unknown variable `{name}`, did you mean `{PREFIX}{nearest}`?"),
        None => format!("unknown variable `{name}`: `registry config --default` lists what can be set"),
    }
}

/// The variable that was probably meant, without what all begin with.
fn near(rest: &str, parts: &[Part]) -> Option<String> {
    let names: Vec<String> = parts.iter().flat_map(Part::variables).collect();
    nearest(rest, names.iter().map(|name| &name[PREFIX.len()..])).map(str::to_owned)
}
