//! What a webhook wants to be told of.

use registry_core::EventKind;
use serde_json::Value as Json;

use super::super::nearest::nearest;
use super::super::tree::{Node, Problem};
use super::{Kind, Shape};

/// The name of a kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventName(String);

impl Shape for EventName {
    fn kind() -> Kind {
        Kind::Choice(&EventKind::NAMES)
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node).map_err(|_| Self::kind().unlike(node))?;
        if EventKind::NAMES.contains(&&*text) {
            return Ok(Self(text));
        }
        let meant = match nearest(&text, EventKind::NAMES.into_iter()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write {}", Self::kind().what()),
        };
        let text = format!("there is no kind of event called {text:?}: {meant}");
        Err(vec![Problem::at(&node.origin, text)])
    }

    fn write(&self) -> Json {
        Json::from(&*self.0)
    }
}

impl From<&EventName> for String {
    fn from(name: &EventName) -> Self {
        name.0.clone()
    }
}

/// A pattern of names of repositories, which at least one name can be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Shape for Pattern {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node)?;
        // With a letter in place of what stands for something, it must be a name.
        let name = text.replace(['*', '?'], "a");
        match name.parse::<registry_core::RepositoryName>() {
            Ok(_) => Ok(Self(text)),
            Err(error) => {
                let text = format!("no repository has a name like {text:?}: {error}");
                Err(vec![Problem::at(&node.origin, text)])
            }
        }
    }

    fn write(&self) -> Json {
        Json::from(&*self.0)
    }
}

impl From<&Pattern> for String {
    fn from(pattern: &Pattern) -> Self {
        pattern.0.clone()
    }
}
