//! How the vocabulary is written to columns and read from them.

use std::str::FromStr;

use bytes::Bytes;
use registry_core::{Actor, Algorithm, Digest, MediaType, RepositoryName, Tag, TagCause, Timestamp};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::blob::UploadToken;
use crate::metadata::UploadId;
use crate::{Error, Location};

/// The byte before the raw bytes of a digest. In the order of the algorithms' names, with room between them.
const ALGORITHMS: [(Algorithm, u8); 3] =
    [(Algorithm::Blake3, 0x20), (Algorithm::Sha256, 0x40), (Algorithm::Sha512, 0x60)];

/// A digest as a column holds it.
pub(super) struct Key {
    bytes: [u8; 65],
    len: usize,
}

impl Key {
    /// What orders before every digest.
    pub(super) const LOWEST: Self = Self { bytes: [0; 65], len: 0 };
}

impl From<&Digest> for Key {
    fn from(digest: &Digest) -> Self {
        let raw = digest.as_bytes();
        let mut key = Self { bytes: [0; 65], len: 1 + raw.len() };
        let known = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == digest.algorithm());
        key.bytes[0] = known.map_or(0, |(_, id)| *id);
        key.bytes[1..key.len].copy_from_slice(raw);
        key
    }
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        if self.len > 0 && self.bytes[0] == 0 {
            let error = Error::Invalid { reason: "the metadata has no place for digests of this algorithm" };
            return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
        }
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.bytes[..self.len])))
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
        let (id, raw) = bytes.split_first().ok_or(FromSqlError::InvalidType)?;
        let known = ALGORITHMS.iter().find(|(_, known)| known == id);
        let (algorithm, _) = known.ok_or(FromSqlError::OutOfRange((*id).into()))?;
        Self::from_bytes(*algorithm, raw).map_err(FromSqlError::other)
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

#[cfg(test)]
mod tests {
    use super::{ALGORITHMS, Key};
    use registry_core::{Algorithm, Digest};

    #[test]
    fn every_algorithm_has_a_byte_and_keys_order_as_texts_do() {
        assert_eq!(ALGORITHMS.map(|(algorithm, _)| algorithm), Algorithm::ALL);
        let mut digests = Vec::new();
        for (algorithm, _) in ALGORITHMS {
            for fill in [0, 1, 0x7f, 0x80, 0xff] {
                digests.push(Digest::from_bytes(algorithm, &vec![fill; algorithm.len()]).unwrap());
            }
        }
        let key = |digest: &Digest| {
            let key = Key::from(digest);
            key.bytes[..key.len].to_vec()
        };
        for a in &digests {
            for b in &digests {
                assert_eq!(key(a).cmp(&key(b)), a.to_string().cmp(&b.to_string()), "{a} {b}");
            }
        }
    }
}
