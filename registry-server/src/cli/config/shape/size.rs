//! Sizes as numbers of bytes, or texts with units.

use serde_json::Value as Json;

use super::super::tree::{Node, Problem, Value};
use super::{Kind, Shape};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// The units and how many bytes they have, the largest first; those that nobody would write come last.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
];

impl Size {
    /// A number of bytes in memory.
    pub(crate) fn of(bytes: usize) -> Self {
        Self(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().ok()?;
        let unit = unit.trim_start();
        let bytes = match unit {
            "" => 1,
            _ => UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
        };
        number.checked_mul(bytes).map(Self)
    }
}

impl Shape for Size {
    fn kind() -> Kind {
        Kind::Size
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        match &node.value {
            Value::Integer(number) => u64::try_from(*number).map(Self).map_err(|_| Self::kind().unlike(node)),
            Value::Text(text) => Self::parse(text).ok_or_else(|| {
                let text = format!("{text:?} is no size: write {}", Self::kind().what());
                vec![Problem::at(&node.origin, text)]
            }),
            _ => Err(Self::kind().unlike(node)),
        }
    }

    /// A text with the largest unit of which it is a multiple.
    fn write(&self) -> Json {
        let whole = UNITS[..4].iter().find(|(_, bytes)| self.0 > 0 && self.0.is_multiple_of(*bytes));
        whole.map_or_else(
            || Json::from(self.0),
            |(name, bytes)| Json::from(format!("{}{name}", self.0 / bytes)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("4MiB", 4 << 20),
            ("64kib", 64 << 10),
            ("1 GB", 1_000_000_000),
            ("7B", 7),
        ] {
            assert_eq!(Size::parse(text), Some(Size(bytes)), "{text}");
        }
        for text in ["", "MiB", "-1", "1.5MiB", "4M", "99999999999TiB"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_written_as_people_write_them() {
        for (bytes, written) in [
            (4 << 20, Json::from("4MiB")),
            (1000, Json::from(1000)),
            (1 << 10, Json::from("1KiB")),
            (0, Json::from(0)),
        ] {
            assert_eq!(Size(bytes).write(), written);
        }
    }
}
