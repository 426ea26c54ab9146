//! `notifications.endpoints`.

use super::super::reader::unknown_key;
use super::super::tree::{Node, Problem, Table, Value};
use super::{Translated, is_empty};

/// What an endpoint can have.
const KEYS: [&str; 9] =
    ["name", "disabled", "url", "headers", "timeout", "threshold", "backoff", "ignoredmediatypes", "ignore"];

/// Takes the endpoints over, without those that are switched off.
pub(super) fn translate(translated: &mut Translated, node: &Node) {
    let Value::List(list) = &node.value else {
        if !is_empty(node) {
            let text = format!("{} was given: `notifications.endpoints` is a list", node.value.kind());
            translated.problems.push(Problem::at(&node.origin, text));
        }
        return;
    };
    let webhooks: Vec<Node> = list.iter().filter_map(|endpoint| one(translated, endpoint)).collect();
    translated.put(vec![("webhooks", Value::List(webhooks))], node);
}

fn one(translated: &mut Translated, endpoint: &Node) -> Option<Node> {
    let Value::Table(table) = &endpoint.value else {
        translated.problems.push(Problem::at(&endpoint.origin, "an endpoint is a table"));
        return None;
    };
    if table.get("disabled").is_some_and(|node| node.value == Value::Flag(true)) {
        return None;
    }
    let mut webhook = Table::new();
    for (key, node) in table.iter().filter(|(_, node)| !is_empty(node)) {
        match key.as_str() {
            "name" | "url" | "timeout" => drop(webhook.insert(key.clone(), node.clone())),
            "headers" => headers(translated, node, &mut webhook),
            "disabled" => {}
            "threshold" | "backoff" => {
                translated.ignore(node, key, "pauses between tries grow by themselves");
            }
            "ignoredmediatypes" | "ignore" => {
                translated.ignore(node, key, "every kind of content is told of");
            }
            _ => translated.problems.push(unknown_key(key, KEYS.into_iter(), &node.key)),
        }
    }
    Some(Node { value: Value::Table(webhook), ..endpoint.clone() })
}

/// A header may have several values there; here they are joined as HTTP joins them.
fn headers(translated: &mut Translated, node: &Node, webhook: &mut Table) {
    let Value::Table(table) = &node.value else {
        translated.problems.push(Problem::at(&node.origin, "headers are a table of lists"));
        return;
    };
    let mut headers = Table::new();
    for (name, values) in table {
        let value = match &values.value {
            Value::List(list) => list
                .iter()
                .filter_map(
                    |node| if let Value::Text(text) = &node.value { Some(text.as_str()) } else { None },
                )
                .collect::<Vec<_>>()
                .join(", "),
            Value::Text(text) => text.clone(),
            _ => {
                translated
                    .problems
                    .push(Problem::at(&values.origin, "the values of a header are a list of texts"));
                continue;
            }
        };
        let value = Node { value: Value::Text(value), ..values.clone() };
        if name.eq_ignore_ascii_case("authorization") {
            webhook.insert("authorization".to_owned(), value);
        } else {
            headers.insert(name.clone(), value);
        }
    }
    webhook.insert("headers".to_owned(), Node { value: Value::Table(headers), ..node.clone() });
}
