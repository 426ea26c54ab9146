//! How the vocabulary is read from columns and written to them.

use std::fmt::Display;
use std::str::FromStr;

use registry_core::{Digest, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

pub(super) use crate::metadata::key::Key;
use crate::{Error, Result};

/// A number as a column holds it. Commits with larger ones were refused (M-80); positions in queries may be larger and
/// then lie behind everything.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows to look up for a page: one more than it holds, to learn whether more follow.
pub(super) fn lookahead(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

/// A position in a listing of texts. No stored text holds a zero byte, and none is between the part before the first
/// one and the whole.
pub(super) fn position(last: Option<&str>) -> &str {
    last.and_then(|last| last.split('\0').next()).unwrap_or_default()
}

/// The value of a column.
///
/// # Errors
/// [`Error::Corrupt`] when it is not what it should be.
pub(super) fn column<'a, T: FromSql<'a>>(row: &'a Row, name: &str) -> Result<T> {
    row.try_get(name).map_err(|error| corrupt(name, error))
}

/// A number that is never negative.
///
/// # Errors
/// As [`column`].
pub(super) fn unsigned(row: &Row, name: &str) -> Result<u64> {
    let number: i64 = column(row, name)?;
    u64::try_from(number).map_err(|error| corrupt(name, error))
}

/// A point in time.
///
/// # Errors
/// As [`column`].
pub(super) fn time(row: &Row, name: &str) -> Result<Timestamp> {
    unsigned(row, name).map(Timestamp::from_micros)
}

/// A text that is read into a word of the vocabulary.
///
/// # Errors
/// As [`column`].
pub(super) fn word<T: FromStr<Err: Display>>(row: &Row, name: &str) -> Result<T> {
    optional_word(row, name)?.ok_or_else(|| corrupt(name, "it is absent"))
}

/// The same for a column that may be empty.
///
/// # Errors
/// As [`column`].
pub(super) fn optional_word<T: FromStr<Err: Display>>(row: &Row, name: &str) -> Result<Option<T>> {
    let text: Option<&str> = column(row, name)?;
    text.map(|text| text.parse().map_err(|error| corrupt(name, error))).transpose()
}

/// A text that is kept as its bytes.
///
/// # Errors
/// As [`column`].
pub(super) fn text(row: &Row, name: &str) -> Result<String> {
    std::str::from_utf8(column(row, name)?).map(str::to_owned).map_err(|error| corrupt(name, error))
}

/// A digest.
///
/// # Errors
/// As [`column`].
pub(super) fn digest(row: &Row, name: &str) -> Result<Digest> {
    optional_digest(row, name)?.ok_or_else(|| corrupt(name, "it is absent"))
}

/// The same for a column that may be empty.
///
/// # Errors
/// As [`column`].
pub(super) fn optional_digest(row: &Row, name: &str) -> Result<Option<Digest>> {
    let bytes: Option<&[u8]> = column(row, name)?;
    bytes.map(|bytes| Key::digest(bytes).ok_or_else(|| corrupt(name, "it is no digest"))).transpose()
}

/// A stored value that is not what it should be.
pub(super) fn corrupt(name: &str, error: impl Display) -> Error {
    Error::Corrupt { reason: format!("the column {name} holds something else: {error}") }
}
