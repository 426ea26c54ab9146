//! Truth values, numbers, addresses, paths, texts, and any of them absent.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::super::tree::{Node, Problem, Value};
use super::{Kind, Secret, Shape};

impl Shape for bool {
    fn kind() -> Kind {
        Kind::Flag
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Flag(flag) => Ok(*flag),
            Value::Text(text) if node.origin.is_outside() && text == "true" => Ok(true),
            Value::Text(text) if node.origin.is_outside() && text == "false" => Ok(false),
            _ => Err(Self::kind().unlike(node)),
        }
    }

    fn write(&self) -> Json {
        Json::Bool(*self)
    }
}

impl Shape for u64 {
    fn kind() -> Kind {
        Kind::Count { least: 0 }
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Integer(number) => Self::try_from(*number).ok(),
            Value::Text(text) if node.origin.is_outside() => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| Self::kind().unlike(node))
    }

    fn write(&self) -> Json {
        Json::from(*self)
    }
}

impl Shape for NonZeroU64 {
    fn kind() -> Kind {
        Kind::Count { least: 1 }
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let number = u64::read(node).map_err(|_| Self::kind().unlike(node))?;
        Self::new(number)
            .ok_or_else(|| vec![Problem::at(&node.origin, format!("write {}", Self::kind().what()))])
    }

    fn write(&self) -> Json {
        Json::from(self.get())
    }
}

/// A default that is a number of things.
pub(crate) fn count(number: usize) -> NonZeroU64 {
    at_least_one(u64::try_from(number).unwrap_or(u64::MAX))
}

/// The number, or one.
pub(crate) fn at_least_one(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN)
}

impl Shape for SocketAddr {
    fn kind() -> Kind {
        Kind::Address
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node).map_err(|_| Self::kind().unlike(node))?;
        text.parse().map_err(|_| {
            let text = format!("{text:?} is no address: write {}", Self::kind().what());
            vec![Problem::at(&node.origin, text)]
        })
    }

    fn write(&self) -> Json {
        Json::from(self.to_string())
    }
}

impl Shape for PathBuf {
    fn kind() -> Kind {
        Kind::Path
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match String::read(node) {
            Ok(text) if !text.is_empty() => Ok(text.into()),
            _ => Err(Self::kind().unlike(node)),
        }
    }

    fn write(&self) -> Json {
        Json::from(self.to_string_lossy())
    }
}

impl Shape for String {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(Self::kind().unlike(node)),
        }
    }

    fn write(&self) -> Json {
        Json::from(self.as_str())
    }
}

/// Absent where nothing is written, or where a variable or flag is empty.
impl<T: Shape> Shape for Option<T> {
    fn kind() -> Kind {
        T::kind()
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Nothing => Ok(None),
            Value::Text(text) if text.is_empty() && node.origin.is_outside() => Ok(None),
            _ => T::read(node).map(Some),
        }
    }

    fn write(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::write)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.as_ref().map(T::secrets).unwrap_or_default()
    }
}
