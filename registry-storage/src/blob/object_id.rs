//! Names that are never given twice.

use std::fmt;

use crate::{Error, Result};

/// 128 random bits, written as 32 lower-case hex digits.
///
/// Two of them are never equal in practice: after 2^40 of them the chance is below one in 10^14.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId(u128);

impl ObjectId {
    /// A new one.
    pub(crate) fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::internal("draw a random name", error.to_string()))?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }

    /// Reads exactly what [`Display`](fmt::Display) writes and nothing else, so that no foreign text becomes a path.
    #[cfg(any(feature = "fs", feature = "objects"))]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let canonical = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !canonical {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(Self)
    }

    /// The first eight bits.
    #[cfg(feature = "fs")]
    pub(crate) const fn first_byte(self) -> u8 {
        self.0.to_be_bytes()[0]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(all(test, feature = "fs"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_is_read() {
        let id = ObjectId::random().unwrap();
        assert_eq!(ObjectId::parse(&id.to_string()), Some(id));
        let zero = "0".repeat(32);
        assert_eq!(ObjectId::parse(&zero).unwrap().to_string(), zero);
        for wrong in
            ["", "0", &"A".repeat(32), &"0".repeat(31), &"0".repeat(33), &format!("+{}", "0".repeat(31))]
        {
            assert_eq!(ObjectId::parse(wrong), None, "{wrong:?}");
        }
    }
}
