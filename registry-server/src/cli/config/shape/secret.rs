//! Secrets.

use std::fmt;

use serde_json::Value as Json;

use super::super::tree::{Node, Problem, Value};
use super::{Kind, Shape};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// What is written where a secret would stand.
    pub(crate) const HIDDEN: &'static str = "(hidden)";

    /// The secret itself, for whoever must send or compare it.
    #[allow(dead_code)]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HIDDEN)
    }
}

impl Shape for Secret {
    fn kind() -> Kind {
        Kind::Secret
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Text(text) if text.is_empty() => {
                Err(vec![Problem::at(&node.origin, "an empty text is no secret")])
            }
            Value::Text(text) => Ok(Self(text.clone())),
            _ => Err(Self::kind().unlike(node)),
        }
    }

    fn write(&self) -> Json {
        Json::from(Self::HIDDEN)
    }

    fn secrets(&self) -> Vec<Self> {
        vec![self.clone()]
    }
}
