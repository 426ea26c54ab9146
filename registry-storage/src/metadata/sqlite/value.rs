//! How the vocabulary is written to columns and read from them.

use std::str::FromStr;

use bytes::Bytes;
use registry_core::{Actor, Digest, MediaType, RepositoryName, Tag, TagCause, Timestamp};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::blob::UploadToken;
use crate::metadata::UploadId;
pub(super) use crate::metadata::key::Key;
use crate::{Error, Location};

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        if !self.is_known() {
            let error = Error::Invalid { reason: "the metadata has no place for digests of this algorithm" };
            return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
        }
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.as_slice())))
    }
}

/// A number as a column holds it. Commits with larger ones were refused (M-80); positions in queries may be larger and
/// then lie behind everything.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows to look up for a page: one more than it holds, to learn whether more follow.
pub(super) fn lookahead(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

/// The value in the column of a row.
pub(super) fn column<T: Column>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    row.get::<_, Stored<T>>(index).map(|stored| stored.0)
}

/// What can be read from a column.
pub(super) trait Column: Sized {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self>;
}

struct Stored<T>(T);

impl<T: Column> FromSql for Stored<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::read(value).map(Self)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        if matches!(value, ValueRef::Null) { Ok(None) } else { T::read(value).map(Some) }
    }
}

impl Column for u64 {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        Self::try_from(number).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

impl Column for i64 {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64()
    }
}

impl Column for bool {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(value.as_i64()? != 0)
    }
}

impl Column for Timestamp {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u64::read(value).map(Self::from_micros)
    }
}

impl Column for Bytes {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob().map(Self::copy_from_slice)
    }
}

impl Column for String {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Column for Location {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from)
    }
}

impl Column for UploadToken {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from)
    }
}

impl Column for Digest {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        Key::digest(bytes).ok_or(FromSqlError::InvalidType)
    }
}

impl Column for UploadId {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        let expected = FromSqlError::InvalidBlobSize { expected_size: 16, blob_size: bytes.len() };
        bytes.try_into().map(Self::from_bytes).map_err(|_| expected)
    }
}

impl Column for TagCause {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl Column for RepositoryName {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parse(value)
    }
}

impl Column for Tag {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parse(value)
    }
}

impl Column for MediaType {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parse(value)
    }
}

impl Column for Actor {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parse(value)
    }
}

fn parse<T: FromStr<Err = registry_core::Error>>(value: ValueRef<'_>) -> FromSqlResult<T> {
    value.as_str()?.parse().map_err(FromSqlError::other)
}

/// A value kept as JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: serde::de::DeserializeOwned> Column for Json<T> {
    fn read(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// The JSON of a value.
///
/// # Errors
/// [`Error::Internal`] when it has none; the values kept here always have.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::internal("write a value as JSON", error))
}
