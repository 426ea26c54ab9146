//! Byte counts as people write them: `4096`, `4KiB`, `1MiB`, `10GiB`.

use std::{fmt, str::FromStr};

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// A number of bytes; shows itself in the largest unit that divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))
            .unwrap_or((text, 1));
        digits
            .trim()
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a size such as 4096, 4KiB, 1MiB or 10GiB"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, unit) in UNITS {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return write!(f, "{} {name}", self.0 / unit);
            }
        }
        write!(f, "{} B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn reads_units_and_shows_them() {
        for (text, bytes, shown) in [
            ("4096", 4096, "4 KiB"),
            ("5MiB", 5 << 20, "5 MiB"),
            ("10GiB", 10 << 30, "10 GiB"),
            ("1000", 1000, "1000 B"),
        ] {
            let size: Size = text.parse().expect(text);
            assert_eq!(size, Size(bytes));
            assert_eq!(size.to_string(), shown);
        }
        assert!("4 parsecs".parse::<Size>().is_err());
        assert!("99999999999GiB".parse::<Size>().is_err());
    }
}
