//! The variables of the environment that distribution reads.

use super::super::tree::{Node, Value};
use super::is_empty;
use super::table::{Action, Taken, row_of_variable};

type Settings = Vec<(&'static str, Value)>;

/// What a variable means; nothing for one that distribution does not know either. Beside the settings it answers why
/// the variable is ignored, where it is.
pub(crate) fn variable(rest: &str, node: &Node) -> Option<Result<(Settings, Option<String>), String>> {
    if rest == "STORAGE" {
        return Some(match &node.value {
            Value::Text(text) if text == "filesystem" => Ok((Settings::new(), None)),
            _ => Err("content lies in the file system only: write `filesystem`".to_owned()),
        });
    }
    let row = row_of_variable(rest)?;
    Some(match row.action {
        _ if is_empty(node) => Ok((Settings::new(), None)),
        Action::Take(convert) => convert(node).map(|taken| match taken {
            Taken::Settings(settings) => (settings, None),
            Taken::Nothing(why) => (Settings::new(), Some(why.to_owned())),
        }),
        Action::Ignore(why) => Ok((Settings::new(), Some(format!("this is ignored: {why}")))),
        Action::Refuse(why) => Err(format!("this cannot be honoured: {why}")),
        Action::Webhooks => Err("write REGISTRY_WEBHOOKS_0_URL and its like".to_owned()),
    })
}
