//! JSON as strictly as a registry needs it: every name once, at any depth, and no depth without end (RFC 7493).
//!
//! The readers here are serde seeds. Each knows the [`Place`] it reads, so that an error names it.

mod list;
mod names;
mod object;
mod place;
mod scalar;
mod unknown;

pub(crate) use list::{Each, Element, List, Strings};
pub(crate) use object::{Members, Object};
pub(crate) use place::Place;
pub(crate) use scalar::{Optional, Parsed, Size, Text};
use serde::de::DeserializeSeed;

/// The deepest nesting of arrays and objects. Documents in the wild stay below ten.
pub(crate) const MAX_DEPTH: usize = 64;

/// Reads a document with one of the readers.
///
/// The error is a sentence for a person, of at most 512 characters.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(document: &'de [u8], reader: S) -> Result<S::Value, String> {
    let text = str::from_utf8(document)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.valid_up_to()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    reader
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| shorten(error.to_string()))
}

fn shorten(mut reason: String) -> String {
    if let Some((end, _)) = reason.char_indices().nth(511) {
        reason.truncate(end);
        reason.push('…');
    }
    reason
}
