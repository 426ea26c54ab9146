//! Durations as texts with units.

use std::time::Duration;

use serde_json::Value as Json;

use super::super::tree::{Node, Problem, Value};
use super::{Kind, Shape};

/// The units and how many milliseconds they have, the largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Shape for Duration {
    fn kind() -> Kind {
        Kind::Duration
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let Value::Text(text) = &node.value else {
            return Err(Self::kind().unlike(node));
        };
        duration(text).ok_or_else(|| {
            let text = format!("{text:?} is no duration: write {}", Self::kind().what());
            vec![Problem::at(&node.origin, text)]
        })
    }

    fn write(&self) -> Json {
        Json::from(written(*self))
    }
}

/// Reads a duration: whole numbers with units, one behind the other, such as `10s` or `1h30m`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0_u64;
    while !rest.is_empty() || text.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, behind) = rest.split_at(digits);
        let unit = behind.find(|character: char| character.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*milliseconds)?)?;
        rest = behind;
    }
    Some(Duration::from_millis(total))
}

/// Writes a duration with the largest units that hold it; hours are the largest, as people say `24h`.
fn written(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (name, milliseconds) in &UNITS[1..] {
        if rest >= *milliseconds {
            text.push_str(&format!("{}{name}", rest / milliseconds));
            rest %= milliseconds;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("500ms", 500),
            ("10s", 10_000),
            ("1h30m", 5_400_000),
            ("24h", 86_400_000),
            ("1m1s1ms", 61_001),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
            assert_eq!(written(Duration::from_millis(milliseconds)), text);
        }
        assert_eq!(duration("7d"), Some(Duration::from_secs(7 * 86_400)));
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in [
            "",
            "10",
            "s",
            "10 s",
            "-1s",
            "1.5s",
            "10sec",
            "s10",
            "99999999999999999999s",
            "9999999999999999d",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
