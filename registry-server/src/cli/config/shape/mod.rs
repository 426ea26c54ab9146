//! Types of settings: how each is read from what was written, how it is written, and how a schema describes it.

mod choice;
mod collection;
mod duration;
mod network;
mod plain;
mod secret;
mod size;
mod text;
mod webhook;

use serde_json::Value as Json;

use super::tree::{Node, Problem};

pub(crate) use choice::choice;
pub(crate) use plain::{at_least_one, count};
pub(crate) use secret::Secret;
pub(crate) use size::Size;
pub(crate) use text::{Filter, Header, Origin, Url};
pub(crate) use webhook::{EventName, Pattern};

/// A type that a setting can have.
pub(crate) trait Shape: Clone + PartialEq + Sized {
    /// How a schema and a reader are told what it takes.
    fn kind() -> Kind;

    /// Reads it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    fn read(node: &Node) -> Result<Self, Vec<Problem>>;

    /// Writes it as a file would hold it; nothing where it is absent. Secrets are not written.
    fn write(&self) -> Json;

    /// What it is when nobody sets it, unless it must be set.
    fn absent() -> Option<Self> {
        None
    }

    /// The secrets it holds, so that a change of one can be told.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// What values a setting takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Flag,
    Count { least: u64 },
    Size,
    Duration,
    Address,
    Path,
    Text,
    Url,
    Network,
    Filter,
    Secret,
    Choice(&'static [&'static str]),
    List(Box<Kind>),
    Map { key: &'static str, value: Box<Kind> },
}

impl Kind {
    /// What to write, for people.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count { least: 0 } => "a whole number".to_owned(),
            Self::Count { least } => format!("a whole number of at least {least}"),
            Self::Size => "a number of bytes, or a text with a unit such as `\"4MiB\"`".to_owned(),
            Self::Duration => "a text with units such as `\"500ms\"`, `\"10s\"` or `\"1h30m\"`".to_owned(),
            Self::Address => {
                "an IP address with a port, such as `\"127.0.0.1:5000\"` or `\"[::1]:5000\"`".to_owned()
            }
            Self::Path => "a path".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Url => "a URL that begins with `http://` or `https://`".to_owned(),
            Self::Network => {
                "a network such as `\"10.0.0.0/8\"` or `\"fd00::/8\"`, or one address".to_owned()
            }
            Self::Filter => {
                "a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or a list of levels for parts of the program"
                    .to_owned()
            }
            Self::Secret => "a secret text; or the name of a file that holds it, with `_file` behind the key".to_owned(),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::List(of) => format!("a list, each {}", of.what()),
            Self::Map { key, value } => format!("a table from {key} to {}", value.what()),
        }
    }

    /// The problem of a value that is none of these.
    pub(crate) fn unlike(&self, node: &Node) -> Vec<Problem> {
        vec![Problem::at(&node.origin, format!("{} was given: write {}", node.value.kind(), self.what()))]
    }
}
